// Mouse, pen and fingers on the map: drag, pinch, wheel, hover, click.

import { zoomedAt } from '../scene/camera';
import type { MapView } from './map_view';
import type { Model } from './model';
import type { Tooltip } from './tooltip';

/** CSS pixels that a pointer may stray in a click. */
const CLICK_SLOP = 6;
/** Fingers are blunter than mice. */
const TOUCH_PICK_SLOP = 14;
/** Hovering dims the rest of the map only when the pointer stays. */
const HOVER_IN_MS = 45;
const HOVER_OUT_MS = 90;
/** A drag whose last move is older does not drift on. */
const DRIFT_MS = 40;

interface Point {
  x: number;
  y: number;
}

export class Pointer {
  private readonly down = new Map<number, Point>();
  private strayed = 0;
  private lastMove = { dx: 0, dy: 0, time: 0 };
  private hoverTimer = 0;
  private over = -1;

  constructor(
    private readonly model: Model,
    private readonly view: MapView,
    private readonly tooltip: Tooltip,
  ) {
    const { canvas } = view;
    canvas.addEventListener('pointerdown', (event) => this.onDown(event));
    canvas.addEventListener('pointermove', (event) => this.onMove(event));
    canvas.addEventListener('pointerup', (event) => this.onUp(event));
    canvas.addEventListener('pointercancel', (event) => this.onUp(event));
    canvas.addEventListener('pointerleave', () => this.hover(-1));
    canvas.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
    canvas.addEventListener('dblclick', (event) => this.onDoubleClick(event));
  }

  private onDown(event: PointerEvent): void {
    this.view.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.down.size === 1) this.strayed = 0;
    this.view.motion.stop();
  }

  private onMove(event: PointerEvent): void {
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') this.hoverAt(event);
      return;
    }
    const dx = event.clientX - before.x;
    const dy = event.clientY - before.y;
    if (dx === 0 && dy === 0) return;
    this.strayed += Math.abs(dx) + Math.abs(dy);
    if (this.strayed <= CLICK_SLOP && this.down.size === 1) return;
    this.view.canvas.classList.add('dragging');
    this.view.held = true;
    this.tooltip.hide();
    if (this.down.size === 2) this.pinch(event, before);
    this.drag(dx / this.down.size, dy / this.down.size);
    this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.lastMove = { dx, dy, time: event.timeStamp };
  }

  private drag(dx: number, dy: number): void {
    const { motion, viewport } = this.view;
    const { x, y, scale } = motion.camera;
    motion.jumpTo({ x: x - (dx * viewport.ratio) / scale, y: y - (dy * viewport.ratio) / scale, scale });
    this.view.invalidate();
  }

  private pinch(event: PointerEvent, before: Point): void {
    const { motion, viewport } = this.view;
    const [, other] = [...this.down].find(([id]) => id !== event.pointerId)!;
    const apart = Math.hypot(before.x - other.x, before.y - other.y);
    const now = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const px = ((event.clientX + other.x) / 2) * viewport.ratio;
    const py = ((event.clientY + other.y) / 2) * viewport.ratio;
    motion.jumpTo(zoomedAt(motion.camera, viewport, px, py, now / Math.max(1, apart)));
  }

  private onUp(event: PointerEvent): void {
    if (!this.down.delete(event.pointerId)) return;
    if (this.down.size > 0) return;
    const { view } = this;
    view.held = false;
    view.canvas.classList.remove('dragging');
    if (this.strayed <= CLICK_SLOP && event.type === 'pointerup') this.click(event);
    else if (event.timeStamp - this.lastMove.time < DRIFT_MS) view.motion.drift(this.lastMove.dx * view.viewport.ratio, this.lastMove.dy * view.viewport.ratio);
    view.invalidate();
  }

  private click(event: PointerEvent): void {
    const channel = this.view.pick(event.clientX, event.clientY, event.pointerType === 'touch' ? TOUCH_PICK_SLOP : undefined);
    this.tooltip.hide();
    clearTimeout(this.hoverTimer);
    if (channel < 0) {
      this.model.closeCard();
      return;
    }
    this.model.choose(channel, event.shiftKey);
    this.view.reveal(channel);
  }

  private hoverAt(event: PointerEvent): void {
    const channel = this.view.pick(event.clientX, event.clientY);
    this.view.canvas.classList.toggle('over', channel >= 0);
    this.tooltip.show(channel, event.clientX, event.clientY);
    this.hover(channel);
  }

  private hover(channel: number): void {
    if (channel < 0) this.tooltip.hide();
    if (channel === this.over) return;
    this.over = channel;
    clearTimeout(this.hoverTimer);
    this.hoverTimer = setTimeout(() => this.model.store.update({ hovered: channel }), channel >= 0 ? HOVER_IN_MS : HOVER_OUT_MS);
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const { ratio } = this.view.viewport;
    // Lines instead of pixels in some browsers; pinches of a touchpad come as wheel with ctrl.
    const pace = (event.deltaMode === 1 ? 0.05 : 0.0022) * (event.ctrlKey ? 4 : 1);
    this.view.zoomBy(Math.exp(-event.deltaY * pace), { px: event.clientX * ratio, py: event.clientY * ratio }, 160);
  }

  private onDoubleClick(event: MouseEvent): void {
    const { ratio } = this.view.viewport;
    if (this.view.pick(event.clientX, event.clientY) >= 0) return;
    this.view.zoomBy(2, { px: event.clientX * ratio, py: event.clientY * ratio }, 260);
  }
}
