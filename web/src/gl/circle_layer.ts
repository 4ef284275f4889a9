// The channels: one instanced square each, shaded as a disc. Small circles first, so that large ones lie on top.

import type { Atlas } from '../data/atlas';
import type { CommunityColors } from './community_colors';
import { bindTexture, type Gl, makeBuffer, makeProgram, makeVertexArray, type Program, type View } from './context';
import { CIRCLE_FRAGMENT, CIRCLE_VERTEX } from './shaders';
import type { Rgb } from '../scene/color';

const CIRCLE_FLOATS = 6;
/** Channels that the filters left without a link. */
const UNLINKED_ALPHA = 0.3;

export interface CircleLook {
  view: View;
  width: number;
  height: number;
  /** Device pixels per unit of radius. */
  scale: number;
  /** Alpha of channels outside the focus. */
  dim: number;
  gap: Rgb;
  light: boolean;
}

export class CircleLayer {
  private readonly program: Program;
  private readonly buffer: WebGLBuffer;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly data: Float32Array;

  constructor(
    private readonly gl: Gl,
    private readonly colors: CommunityColors,
    { channels }: Atlas,
  ) {
    this.program = makeProgram(gl, CIRCLE_VERTEX, CIRCLE_FRAGMENT);
    this.data = new Float32Array(channels.count * CIRCLE_FLOATS);
    for (let i = 0; i < channels.count; i++) {
      this.data.set([channels.x[i], channels.y[i], channels.radius[i], 1, channels.community[i], 1], this.offsetOf(i));
    }
    this.buffer = makeBuffer(gl, this.data, gl.DYNAMIC_DRAW);
    this.vertices = makeVertexArray(gl, [
      { buffer: makeBuffer(gl, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1])), sizes: [2], perInstance: false },
      { buffer: this.buffer, sizes: [4, 2], perInstance: true },
    ]);
  }

  setVisible(visible: Uint8Array, linked: Uint8Array): void {
    visible.forEach((shown, i) => {
      this.data[this.offsetOf(i) + 3] = shown ? (linked[i] ? 1 : UNLINKED_ALPHA) : 0;
    });
    this.upload();
  }

  /** `emphasis` per channel, null = all shown. */
  setEmphasis(emphasis: Uint8Array | null): void {
    for (let i = 0; i * CIRCLE_FLOATS < this.data.length; i++) this.data[this.offsetOf(i) + 5] = emphasis ? emphasis[i] : 1;
    this.upload();
  }

  draw(look: CircleLook): void {
    const { gl } = this;
    const { handle, uniforms } = this.program;
    gl.useProgram(handle);
    bindTexture(gl, 0, this.colors.texture);
    gl.uniform1i(uniforms.colors, 0);
    gl.uniform4fv(uniforms.view, look.view);
    gl.uniform2f(uniforms.pixel, 2 / look.width, 2 / look.height);
    gl.uniform1f(uniforms.scale, look.scale);
    gl.uniform1f(uniforms.dim, look.dim);
    gl.uniform1f(uniforms.rimRow, this.colors.lightOffset);
    gl.uniform3fv(uniforms.gap, look.gap);
    gl.uniform1f(uniforms.light, look.light ? 1 : 0);
    gl.bindVertexArray(this.vertices);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.data.length / CIRCLE_FLOATS);
  }

  private offsetOf(channel: number): number {
    return this.data.length - (channel + 1) * CIRCLE_FLOATS;
  }

  private upload(): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data);
  }
}
