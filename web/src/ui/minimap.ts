// The whole map in a corner, with the frame of what is in view.

import { byId } from './dom';
import type { MapView } from './map_view';
import type { Model } from './model';
import { FILTER_KEYS } from './state';

/** Map units from side to side. */
const SPAN = 2150;

export class Minimap {
  private readonly element = byId('minimap');
  private readonly canvas = this.element.querySelector('canvas')!;
  private readonly pen = this.canvas.getContext('2d')!;
  private readonly picture = document.createElement('canvas');
  private stale = true;

  constructor(
    private readonly model: Model,
    private readonly view: MapView,
  ) {
    view.onCamera(() => this.draw());
    model.store.listen((_, changed) => {
      if (FILTER_KEYS.some(changed) || changed('theme')) this.markStale();
    });
    this.element.addEventListener('pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      this.goTo(event, 350);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (event.buttons & 1) this.goTo(event, 1);
    });
  }

  markStale(): void {
    this.stale = true;
    this.view.invalidate();
  }

  private goTo(event: PointerEvent, duration: number): void {
    const box = this.element.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width - 0.5) * SPAN;
    const y = ((event.clientY - box.top) / box.height - 0.5) * SPAN;
    this.view.fly({ x, y, scale: this.view.motion.camera.scale }, duration);
  }

  private draw(): void {
    if (this.element.offsetParent === null) return;
    const { ratio, width, height } = this.view.viewport;
    const side = Math.round(148 * ratio);
    if (this.stale || this.canvas.width !== side) this.drawPicture(side, ratio);
    const { camera } = this.view.motion;
    const scale = side / SPAN;
    const frameWidth = (width / camera.scale) * scale;
    const frameHeight = (height / camera.scale) * scale;
    this.pen.clearRect(0, 0, side, side);
    this.pen.drawImage(this.picture, 0, 0);
    this.pen.lineWidth = 1.5 * ratio;
    this.pen.strokeStyle = getComputedStyle(this.element).color;
    this.pen.strokeRect(side / 2 + camera.x * scale - frameWidth / 2, side / 2 + camera.y * scale - frameHeight / 2, frameWidth, frameHeight);
  }

  private drawPicture(side: number, ratio: number): void {
    const { channels, communities } = this.model.atlas;
    const visible = this.model.visibility.channels;
    this.stale = false;
    this.canvas.width = this.canvas.height = this.picture.width = this.picture.height = side;
    const pen = this.picture.getContext('2d')!;
    const scale = side / SPAN;
    pen.globalAlpha = 0.9;
    for (let i = channels.count - 1; i >= 0; i--) {
      if (!visible[i]) continue;
      pen.fillStyle = communities[channels.community[i]].color;
      pen.beginPath();
      pen.arc(side / 2 + channels.x[i] * scale, side / 2 + channels.y[i] * scale, Math.max(0.8 * ratio, channels.radius[i] * scale), 0, 7);
      pen.fill();
    }
  }
}
