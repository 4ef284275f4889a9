// Names: each string is rasterised once per size and style into a sheet, then drawn as a textured rectangle. (Drawing text
// on a 2D canvas each frame cost ten times as much where there is no graphics processor.)

import type { Atlas } from '../data/atlas';
import { cssOf, DARK_GROUND, INSIDE_INK, LIGHT_GROUND, rgbOf, towardsWhite } from '../scene/color';
import { TRACKING_EM } from '../scene/community_names';
import type { Label } from '../scene/labels';
import { fontOf } from '../scene/text';
import { bindTexture, type Gl, makeBuffer, makeProgram, makeTexture, makeVertexArray, type Program } from './context';
import { TEXT_FRAGMENT, TEXT_VERTEX } from './shaders';

const QUAD_FLOATS = 9;
const MAX_QUADS = 1024;
const LARGEST_COMMUNITY_PX = 64;

interface Sprite {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Font size at which it was rasterised. */
  fontPx: number;
}

export class TextLayer {
  private readonly program: Program;
  private readonly sheet: WebGLTexture;
  private readonly side: number;
  private readonly buffer: WebGLBuffer;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly quads = new Float32Array(MAX_QUADS * QUAD_FLOATS);
  private readonly sprites = new Map<string, Sprite>();
  private readonly canvas = new OffscreenCanvas(8, 8);
  private readonly pen = this.canvas.getContext('2d', { willReadFrequently: true })!;
  private count = 0;
  private shelfX = 0;
  private shelfY = 0;
  private shelfHeight = 0;
  private light = false;

  constructor(
    private readonly gl: Gl,
    private readonly atlas: Atlas,
    ratio: number,
  ) {
    this.program = makeProgram(gl, TEXT_VERTEX, TEXT_FRAGMENT);
    this.side = ratio > 1.25 ? 4096 : 2048;
    this.sheet = makeTexture(gl, this.side, this.side, { internal: gl.RGBA8, format: gl.RGBA, type: gl.UNSIGNED_BYTE, filter: gl.LINEAR });
    this.buffer = makeBuffer(gl, this.quads, gl.DYNAMIC_DRAW);
    this.vertices = makeVertexArray(gl, [
      { buffer: makeBuffer(gl, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1])), sizes: [2], perInstance: false },
      { buffer: this.buffer, sizes: [4, 4, 1], perInstance: true },
    ]);
  }

  setLight(light: boolean): void {
    if (light !== this.light) this.clearSheet();
    this.light = light;
  }

  /** `moving`: sizes are rounded coarsely, so that a zoom does not rasterise every name in every frame. */
  draw(labels: readonly Label[], width: number, height: number, moving: boolean): void {
    // A full sheet is cleared in the middle of a frame; then the frame is begun again.
    if (!this.collect(labels, moving)) this.collect(labels, moving);
    if (this.count === 0) return;
    const { gl } = this;
    gl.useProgram(this.program.handle);
    bindTexture(gl, 0, this.sheet);
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
    const factor = Math.abs(label.fontPx / sprite.fontPx - 1) < 0.03 && label.channel >= 0 ? 1 : label.fontPx / sprite.fontPx;
    const width = sprite.width * factor;
    const height = sprite.height * factor;
    const left = label.x - width / 2;
    const top = label.y - height / 2;
    const { side } = this;
    this.quads.set(
      [
        factor === 1 ? Math.round(left) : left, factor === 1 ? Math.round(top) : top, width, height,
        sprite.x / side, sprite.y / side, sprite.width / side, sprite.height / side,
        label.alpha,
      ],
      this.count * QUAD_FLOATS,
    );
    this.count++;
  }

  private rasterSize(label: Label, moving: boolean): number {
    if (label.style === 'background') return Math.min(LARGEST_COMMUNITY_PX, Math.max(8, Math.round(label.fontPx / 6) * 6));
    if (label.style === 'community') return moving ? Math.max(8, Math.round(label.fontPx / 6) * 6) : Math.round(label.fontPx * 4) / 4;
    return moving ? Math.round(label.fontPx) : Math.round(label.fontPx * 2) / 2;
  }

  private spriteOf(label: Label, moving: boolean): Sprite | 'cleared' | 'too wide' {
    const fontPx = this.rasterSize(label, moving);
    const key = `${label.channel} ${label.community} ${label.style} ${label.bold} ${fontPx} ${label.text}`;
    const known = this.sprites.get(key);
    if (known) return known;
    const sprite = this.rasterise(label, fontPx);
    if (typeof sprite !== 'string') this.sprites.set(key, sprite);
    return sprite;
  }

  private rasterise(label: Label, fontPx: number): Sprite | 'cleared' | 'too wide' {
    const tracking = label.community >= 0 ? fontPx * TRACKING_EM : 0;
    const font = fontOf(fontPx, label.community >= 0 ? 700 : label.bold ? 600 : 500);
    this.pen.font = font;
    this.pen.letterSpacing = `${tracking}px`;
    const width = Math.ceil(this.pen.measureText(label.text).width + fontPx * 0.7);
    const height = Math.ceil(fontPx * 1.56);
    if (width > this.side) return 'too wide';
    const spot = this.reserve(width, height);
    if (!spot) return 'cleared';
    this.canvas.width = width;
    this.canvas.height = height;
    this.pen.font = font;
    this.pen.letterSpacing = `${tracking}px`;
    this.paint(label, fontPx, width / 2 + tracking / 2, height / 2);
    this.upload(spot.x, spot.y);
    return { ...spot, width, height, fontPx };
  }

  private paint(label: Label, fontPx: number, x: number, y: number): void {
    const { pen } = this;
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
    return this.light ? lightColor : cssOf(towardsWhite(rgbOf(color), 0.42));
  }

  /** A free place on the sheet; null when it was full and has been cleared. */
  private reserve(width: number, height: number): { x: number; y: number } | null {
    if (this.shelfX + width + 2 > this.side) {
      this.shelfX = 0;
      this.shelfY += this.shelfHeight + 2;
      this.shelfHeight = 0;
    }
    if (this.shelfY + height > this.side) {
      this.clearSheet();
      return null;
    }
    const spot = { x: this.shelfX, y: this.shelfY };
    this.shelfX += width + 2;
    this.shelfHeight = Math.max(this.shelfHeight, height);
    return spot;
  }

  private upload(x: number, y: number): void {
    const { gl } = this;
    bindTexture(gl, 0, this.sheet);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, gl.RGBA, gl.UNSIGNED_BYTE, this.canvas);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  }

  private clearSheet(): void {
    this.sprites.clear();
    this.shelfX = this.shelfY = this.shelfHeight = 0;
  }
}
