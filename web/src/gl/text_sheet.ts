// Rasterised strings on one canvas, packed in shelves and copied to a texture, the new ones together once per frame:
// handing over each string by itself took most of the first second.

import { bindTexture, type Gl, makeTexture } from './context';

export interface Sprite {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Font size at which it was rasterised. */
  fontPx: number;
}

export interface SpriteSize {
  width: number;
  height: number;
  fontPx: number;
}

type Paint = (pen: CanvasRenderingContext2D, x: number, y: number) => void;

export class TextSheet {
  readonly texture: WebGLTexture;
  readonly pen: CanvasRenderingContext2D;
  private readonly sprites = new Map<string, Sprite>();
  private shelfX = 0;
  private shelfY = 0;
  private shelfHeight = 0;
  /** Rows that the texture does not have yet. */
  private dirtyTop = Infinity;
  private dirtyBottom = 0;

  constructor(
    private readonly gl: Gl,
    readonly side: number,
  ) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = side;
    this.pen = canvas.getContext('2d', { willReadFrequently: true })!;
    this.texture = makeTexture(gl, side, side, { internal: gl.RGBA8, format: gl.RGBA, type: gl.UNSIGNED_BYTE, filter: gl.LINEAR });
  }

  find(key: string): Sprite | undefined {
    return this.sprites.get(key);
  }

  /** Paints a sprite around its centre. Null when the sheet was full: it is empty now, and earlier sprites are gone. */
  add(key: string, { width, height, fontPx }: SpriteSize, paint: Paint): Sprite | null {
    if (this.shelfX + width + 2 > this.side) {
      this.shelfX = 0;
      this.shelfY += this.shelfHeight + 2;
      this.shelfHeight = 0;
    }
    if (this.shelfY + height > this.side) {
      this.clear();
      return null;
    }
    const sprite = { x: this.shelfX, y: this.shelfY, width, height, fontPx };
    paint(this.pen, sprite.x + width / 2, sprite.y + height / 2);
    this.dirtyTop = Math.min(this.dirtyTop, sprite.y);
    this.dirtyBottom = Math.max(this.dirtyBottom, sprite.y + height);
    this.shelfX += width + 2;
    this.shelfHeight = Math.max(this.shelfHeight, height);
    this.sprites.set(key, sprite);
    return sprite;
  }

  clear(): void {
    this.sprites.clear();
    this.pen.clearRect(0, 0, this.side, this.side);
    this.shelfX = this.shelfY = this.shelfHeight = 0;
    this.dirtyTop = Infinity;
    this.dirtyBottom = 0;
  }

  /** Brings the texture up to date and binds it. */
  bind(): void {
    const { gl } = this;
    bindTexture(gl, 0, this.texture);
    if (this.dirtyTop >= this.dirtyBottom) return;
    const rows = this.pen.getImageData(0, this.dirtyTop, this.side, this.dirtyBottom - this.dirtyTop);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, this.dirtyTop, gl.RGBA, gl.UNSIGNED_BYTE, rows);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    this.dirtyTop = Infinity;
    this.dirtyBottom = 0;
  }
}
