// The ground of communities: a faint fill and an outline. Filled through the stencil (each triangle of a fan flips the
// pixels that it covers; odd pixels are inside), which takes holes and several pieces without cutting them into triangles.

import type { Atlas } from '../data/atlas';
import type { CommunityColors } from './community_colors';
import { bindTexture, type Gl, makeBuffer, makeProgram, makeVertexArray, type Program, type View } from './context';
import { FILL_FRAGMENT, FILL_VERTEX, LINE_FRAGMENT, LINE_VERTEX } from './shaders';

export interface RegionLook {
  view: View;
  width: number;
  height: number;
  halfWidth: number;
  fillAlpha: number;
  lineAlpha: number;
  light: boolean;
}

/** Where a community's triangles lie in the fill buffer. */
interface Span {
  community: number;
  fanFirst: number;
  fanCount: number;
  coverFirst: number;
}

export class RegionLayer {
  private readonly fill: Program;
  private readonly line: Program;
  private readonly fillVertices: WebGLVertexArrayObject;
  private readonly lineVertices: WebGLVertexArrayObject;
  private readonly spans: Span[] = [];
  private readonly numSegments: number;

  constructor(
    private readonly gl: Gl,
    private readonly colors: CommunityColors,
    atlas: Atlas,
  ) {
    this.fill = makeProgram(gl, FILL_VERTEX, FILL_FRAGMENT);
    this.line = makeProgram(gl, LINE_VERTEX, LINE_FRAGMENT);
    const points: number[] = [];
    const segments: number[] = [];
    atlas.communities.forEach(({ rings }, community) => {
      if (rings.length > 0) this.spans.push(addFans(points, rings, community));
      for (const ring of rings) addSegments(segments, ring, community);
    });
    this.numSegments = segments.length / 5;
    this.fillVertices = makeVertexArray(gl, [{ buffer: makeBuffer(gl, new Float32Array(points)), sizes: [2], perInstance: false }]);
    this.lineVertices = makeVertexArray(gl, [
      { buffer: makeBuffer(gl, new Float32Array([0, -1, 0, 1, 1, -1, 1, 1])), sizes: [2], perInstance: false },
      { buffer: makeBuffer(gl, new Float32Array(segments)), sizes: [4, 1], perInstance: true },
    ]);
  }

  /** Draws into the bound target, which has a stencil; blending is set for premultiplied colour. */
  draw(look: RegionLook, shown: Uint8Array): void {
    this.drawFills(look, shown);
    this.drawOutlines(look);
  }

  private drawFills(look: RegionLook, shown: Uint8Array): void {
    const { gl } = this;
    const { handle, uniforms } = this.fill;
    gl.useProgram(handle);
    bindTexture(gl, 0, this.colors.texture);
    gl.uniform1i(uniforms.colors, 0);
    gl.uniform4fv(uniforms.view, look.view);
    gl.uniform1f(uniforms.alpha, look.fillAlpha);
    gl.bindVertexArray(this.fillVertices);
    gl.enable(gl.STENCIL_TEST);
    gl.clearStencil(0);
    gl.clear(gl.STENCIL_BUFFER_BIT);
    for (const span of this.spans) {
      if (!shown[span.community]) continue;
      gl.uniform1f(uniforms.community, span.community);
      gl.colorMask(false, false, false, false);
      gl.stencilFunc(gl.ALWAYS, 0, 1);
      gl.stencilOp(gl.KEEP, gl.KEEP, gl.INVERT);
      gl.drawArrays(gl.TRIANGLES, span.fanFirst, span.fanCount);
      gl.colorMask(true, true, true, true);
      gl.stencilFunc(gl.EQUAL, 1, 1);
      gl.stencilOp(gl.ZERO, gl.ZERO, gl.ZERO);
      gl.drawArrays(gl.TRIANGLES, span.coverFirst, 6);
    }
    gl.disable(gl.STENCIL_TEST);
  }

  private drawOutlines(look: RegionLook): void {
    const { gl } = this;
    const { handle, uniforms } = this.line;
    gl.useProgram(handle);
    bindTexture(gl, 0, this.colors.texture);
    gl.uniform1i(uniforms.colors, 0);
    gl.uniform4fv(uniforms.view, look.view);
    gl.uniform2f(uniforms.pixel, 2 / look.width, 2 / look.height);
    gl.uniform1f(uniforms.halfWidth, look.halfWidth);
    gl.uniform1f(uniforms.rimRow, look.light ? this.colors.lightOffset : 0);
    gl.uniform1f(uniforms.alpha, look.lineAlpha);
    gl.bindVertexArray(this.lineVertices);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.numSegments);
  }
}

function addFans(points: number[], rings: Float32Array[], community: number): Span {
  const fanFirst = points.length / 2;
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      left = Math.min(left, ring[i]);
      right = Math.max(right, ring[i]);
      top = Math.min(top, ring[i + 1]);
      bottom = Math.max(bottom, ring[i + 1]);
      if (i >= 4) points.push(ring[0], ring[1], ring[i - 2], ring[i - 1], ring[i], ring[i + 1]);
    }
  }
  const coverFirst = points.length / 2;
  points.push(left, top, right, top, left, bottom, left, bottom, right, top, right, bottom);
  return { community, fanFirst, fanCount: coverFirst - fanFirst, coverFirst };
}

function addSegments(segments: number[], ring: Float32Array, community: number): void {
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length;
    segments.push(ring[i], ring[i + 1], ring[next], ring[next + 1], community);
  }
}
