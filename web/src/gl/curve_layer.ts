// Links drawn as strips along their curves, additive. Drawing all can take a second without a graphics processor, so it is
// done in portions, strongest links first.

import { CURVE_FLOATS, type Curves } from '../scene/curves';
import type { CommunityColors } from './community_colors';
import { bindTexture, type Gl, makeBuffer, makeProgram, makeVertexArray, type Program, type View } from './context';
import { CURVE_FRAGMENT, CURVE_VERTEX } from './shaders';

export interface CurveLook {
  view: View;
  width: number;
  height: number;
  halfWidth: number;
  gain: number;
}

/** t and side of the vertices of a strip. */
function stripOf(segments: number): Float32Array {
  const strip = new Float32Array(4 * (segments + 1));
  for (let i = 0; i <= segments; i++) strip.set([i / segments, -1, i / segments, 1], 4 * i);
  return strip;
}

export class CurveLayer {
  private readonly program: Program;
  private readonly buffer: WebGLBuffer;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly stripVertices: number;
  private readonly data: Float32Array;
  private count = 0;

  constructor(
    private readonly gl: Gl,
    private readonly colors: CommunityColors,
    capacity: number,
    segments: number,
  ) {
    this.program = makeProgram(gl, CURVE_VERTEX, CURVE_FRAGMENT);
    this.data = new Float32Array(Math.max(1, capacity) * CURVE_FLOATS);
    this.buffer = makeBuffer(gl, this.data, gl.DYNAMIC_DRAW);
    this.stripVertices = 2 * (segments + 1);
    this.vertices = makeVertexArray(gl, [
      { buffer: makeBuffer(gl, stripOf(segments)), sizes: [2], perInstance: false },
      { buffer: this.buffer, sizes: [4, 4, 4], perInstance: true },
    ]);
  }

  get size(): number {
    return this.count;
  }

  /** Takes `links` in this order; `strength` replaces the strength of the curve where given. */
  set(curves: Curves, links: ArrayLike<number>, strength?: (index: number) => number): void {
    this.count = Math.min(links.length, this.data.length / CURVE_FLOATS);
    for (let i = 0; i < this.count; i++) {
      curves.write(links[i], this.data, i * CURVE_FLOATS);
      if (strength) this.data[i * CURVE_FLOATS + 10] = strength(i);
    }
    this.upload();
  }

  /** Draws curves [first, first + count). The caller has bound the target and set the blending. */
  draw(look: CurveLook, first: number, count: number): void {
    const { gl } = this;
    const { handle, uniforms } = this.program;
    if (count <= 0) return;
    gl.useProgram(handle);
    bindTexture(gl, 0, this.colors.texture);
    gl.uniform1i(uniforms.colors, 0);
    gl.uniform4fv(uniforms.view, look.view);
    gl.uniform2f(uniforms.pixel, 2 / look.width, 2 / look.height);
    gl.uniform1f(uniforms.halfWidth, look.halfWidth);
    gl.uniform1f(uniforms.gain, look.gain);
    gl.bindVertexArray(this.vertices);
    this.pointAt(first);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, this.stripVertices, Math.min(count, this.count - first));
  }

  /** WebGL2 has no base instance: the attributes are pointed at the first curve instead. */
  private pointAt(first: number): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const stride = 4 * CURVE_FLOATS;
    for (let i = 0; i < 3; i++) gl.vertexAttribPointer(1 + i, 4, gl.FLOAT, false, stride, first * stride + 16 * i);
  }

  private upload(): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, this.count * CURVE_FLOATS);
  }
}
