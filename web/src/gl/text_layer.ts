// Names: each string is rasterised once per size and style, then drawn as a textured rectangle. (Drawing text on a 2D canvas
// in each frame cost ten times as much where there is no graphics processor.)

import type { Atlas } from '../data/atlas';
import { DARK_GROUND, INSIDE_INK, letterColorOf, LIGHT_GROUND } from '../scene/color';
import { TRACKING_EM } from '../scene/community_names';
import type { Label } from '../scene/labels';
import { fontOf } from '../scene/text';
import { type Gl, makeBuffer, makeProgram, makeVertexArray, type Program } from './context';
import { TEXT_FRAGMENT, TEXT_VERTEX } from './shaders';
import { type Sprite, TextSheet } from './text_sheet';

const QUAD_FLOATS = 9;
const MAX_QUADS = 1024;
/** Background letters are soft anyway: larger ones are stretched. */
const LARGEST_BACKGROUND_PX = 64;

export class TextLayer {
  private readonly program: Program;
  private readonly sheet: TextSheet;
  private readonly buffer: WebGLBuffer;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly quads = new Float32Array(MAX_QUADS * QUAD_FLOATS);
  private count = 0;
  private light = false;

  constructor(
    private readonly gl: Gl,
    private readonly atlas: Atlas,
    ratio: number,
  ) {
    this.program = makeProgram(gl, TEXT_VERTEX, TEXT_FRAGMENT);
    this.sheet = new TextSheet(gl, ratio > 1.25 ? 4096 : 2048);
    this.buffer = makeBuffer(gl, this.quads, gl.DYNAMIC_DRAW);
    this.vertices = makeVertexArray(gl, [
      { buffer: makeBuffer(gl, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1])), sizes: [2], perInstance: false },
      { buffer: this.buffer, sizes: [4, 4, 1], perInstance: true },
    ]);
  }

  setLight(light: boolean): void {
    if (light !== this.light) this.sheet.clear();
    this.light = light;
  }

  /** `moving`: sizes are rounded coarsely, so that a zoom does not rasterise every name in every frame. */
  draw(labels: readonly Label[], width: number, height: number, moving: boolean): void {
    // A full sheet is cleared in the middle of a frame; then the frame is begun again.
    if (!this.collect(labels, moving)) this.collect(labels, moving);
    if (this.count === 0) return;
    const { gl } = this;
    gl.useProgram(this.program.handle);
    this.sheet.bind();
    gl.uniform1i(this.program.uniforms.sheet, 0);
    gl.uniform2f(this.program.uniforms.size, width, height);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.quads, 0, this.count * QUAD_FLOATS);
    gl.bindVertexArray(this.vertices);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
  }

  private collect(labels: readonly Label[], moving: boolean): boolean {
    this.count = 0;
    for (const label of labels) {
      if (this.count === MAX_QUADS) return true;
      const outcome = this.spriteOf(label, moving);
      if (outcome === 'cleared') return false;
      if (outcome !== 'too wide') this.addQuad(label, outcome);
    }
    return true;
  }

  private addQuad(label: Label, sprite: Sprite): void {
    const growth = label.fontPx / sprite.fontPx;
    // Names at rest are drawn pixel by pixel.
    const factor = label.channel >= 0 && Math.abs(growth - 1) < 0.03 ? 1 : growth;
    const width = sprite.width * factor;
    const height = sprite.height * factor;
    const left = label.x - width / 2;
    const top = label.y - height / 2;
    const { side } = this.sheet;
    const offset = this.count * QUAD_FLOATS;
    this.quads[offset] = factor === 1 ? Math.round(left) : left;
    this.quads[offset + 1] = factor === 1 ? Math.round(top) : top;
    this.quads[offset + 2] = width;
    this.quads[offset + 3] = height;
    this.quads[offset + 4] = sprite.x / side;
    this.quads[offset + 5] = sprite.y / side;
    this.quads[offset + 6] = sprite.width / side;
    this.quads[offset + 7] = sprite.height / side;
    this.quads[offset + 8] = label.alpha;
    this.count++;
  }

  private spriteOf(label: Label, moving: boolean): Sprite | 'cleared' | 'too wide' {
    const fontPx = rasterSize(label, moving);
    const key = `${label.channel} ${label.community} ${label.style} ${label.bold} ${fontPx} ${label.text}`;
    return this.sheet.find(key) ?? this.rasterise(key, label, fontPx);
  }

  private rasterise(key: string, label: Label, fontPx: number): Sprite | 'cleared' | 'too wide' {
    const { pen, side } = this.sheet;
    const tracking = label.community >= 0 ? fontPx * TRACKING_EM : 0;
    pen.font = fontOf(fontPx, label.community >= 0 ? 700 : label.bold ? 600 : 500);
    pen.letterSpacing = `${tracking}px`;
    const width = Math.ceil(pen.measureText(label.text).width + fontPx * 0.7);
    const height = Math.ceil(fontPx * 1.56);
    if (width > side - 2 || height > side) return 'too wide';
    const sprite = this.sheet.add(key, { width, height, fontPx }, (_, x, y) => this.paint(label, fontPx, x + tracking / 2, y));
    return sprite ?? 'cleared';
  }

  private paint(label: Label, fontPx: number, x: number, y: number): void {
    const { pen } = this.sheet;
    const ground = this.light ? LIGHT_GROUND : DARK_GROUND;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    pen.fillStyle = label.style === 'inside' ? INSIDE_INK : label.community >= 0 ? this.letterColor(label.community) : ground.ink;
    if (label.style === 'community' || label.style === 'outside') {
      pen.lineWidth = label.style === 'community' ? fontPx * 0.16 + 2 : fontPx * 0.26;
      pen.strokeStyle = ground.halo;
      pen.strokeText(label.text, x, y);
    }
    pen.fillText(label.text, x, y);
  }

  private letterColor(community: number): string {
    const { color, lightColor } = this.atlas.communities[community];
    return letterColorOf(color, lightColor, this.light);
  }
}

function rasterSize(label: Label, moving: boolean): number {
  if (label.style === 'background') return Math.min(LARGEST_BACKGROUND_PX, Math.max(8, Math.round(label.fontPx / 6) * 6));
  if (label.style === 'community') return moving ? Math.max(8, Math.round(label.fontPx / 6) * 6) : Math.round(label.fontPx * 4) / 4;
  return moving ? Math.round(label.fontPx) : Math.round(label.fontPx * 2) / 2;
}
