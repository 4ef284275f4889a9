// The colours of the communities as a texture: see shaders.ts.

import type { Atlas } from '../data/atlas';
import { linearOf } from '../scene/color';
import { type Gl, makeTexture } from './context';

const ROW = 1024;

export class CommunityColors {
  readonly texture: WebGLTexture;
  /** Added to a community's index to get its colour for the light ground. */
  readonly lightOffset: number;
  private readonly texels: Float32Array;
  private readonly rows: number;

  constructor(
    private readonly gl: Gl,
    atlas: Atlas,
  ) {
    const half = Math.max(1, Math.ceil(atlas.communities.length / ROW));
    this.rows = 2 * half;
    this.lightOffset = half * ROW;
    this.texels = new Float32Array(this.rows * ROW * 4);
    atlas.communities.forEach((community, k) => {
      this.texels.set([...linearOf(community.color), 1], 4 * k);
      this.texels.set([...linearOf(community.lightColor), 1], 4 * (k + this.lightOffset));
    });
    this.texture = makeTexture(gl, ROW, this.rows, { internal: gl.RGBA32F, format: gl.RGBA, type: gl.FLOAT, filter: gl.NEAREST });
    this.upload();
  }

  show(communities: Uint8Array): void {
    communities.forEach((shown, k) => {
      this.texels[4 * k + 3] = shown;
    });
    this.upload();
  }

  private upload(): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, ROW, this.rows, gl.RGBA, gl.FLOAT, this.texels);
  }
}
