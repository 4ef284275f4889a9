// The map on its canvas: keeps painter, camera and names in step with the model, one frame at a time.

import { Painter } from '../gl/painter';
import { type Box, type Camera, centredOn, framing, type Insets, makeViewport, mapX, mapY, screenX, screenY, type Viewport, zoomOf } from '../scene/camera';
import { circleScale, clampScale } from '../scene/camera';
import { Emphasis, type Focus } from '../scene/focus';
import { LabelMaker, PHONE_WIDTH } from '../scene/label_maker';
import type { Label } from '../scene/labels';
import { Motion } from '../scene/motion';
import { SpatialGrid } from '../scene/spatial_grid';
import type { Model } from './model';
import { FILTER_KEYS } from './state';

/** How clear the map stays around a focus. */
const CLEARNESS_IN_FOCUS = 0.16;
const CLEARNESS_AROUND_COMMUNITY = 0.28;
/** Time in which dimming covers two thirds of its way. */
const FADE_MS = 55;
/** The base is drawn anew when the camera has rested this long. */
const REST_MS = 120;
/** Filters may change many times a second while a slider is dragged; names follow after this pause. */
const REPLAN_MS = 90;

export type InsetsOf = (withCard: boolean) => Insets;

export class MapView {
  viewport: Viewport = makeViewport(1, 1, 1, { left: 0, top: 0, right: 0, bottom: 0 });
  readonly motion: Motion;
  private painter: Painter | null;
  private readonly grid: SpatialGrid;
  private readonly labelMaker: LabelMaker;
  private readonly cameraListeners: (() => void)[] = [];
  private focus: Focus | null = null;
  private clearness = 1;
  private fadedAt = 0;
  private frameRequest = 0;
  /** Something that a frame shows has changed since the last one. */
  private frameStale = true;
  private movedAt = -Infinity;
  private restTimer = 0;
  private replanTimer = 0;
  private more = false;
  /** The reader holds the map. */
  held = false;

  constructor(
    private readonly model: Model,
    readonly canvas: HTMLCanvasElement,
    private readonly insetsOf: InsetsOf,
  ) {
    this.motion = new Motion(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
    this.grid = new SpatialGrid(model.atlas.channels);
    this.labelMaker = new LabelMaker(model.atlas, this.grid);
    this.painter = Painter.open(canvas, model.graph, devicePixelRatio);
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.painter = null;
    });
    canvas.addEventListener('webglcontextrestored', () => this.reopen());
  }

  get works(): boolean {
    return this.painter !== null;
  }

  get software(): boolean {
    return this.painter?.software ?? false;
  }

  get zoom(): number {
    return zoomOf(this.motion.camera, this.viewport);
  }

  onCamera(listener: () => void): void {
    this.cameraListeners.push(listener);
  }

  /** Begins to follow the model; call once, when the first state is set. */
  start(light: boolean): void {
    this.painter?.setLight(light);
    this.resize();
    this.painter?.setVisibility(this.model.visibility);
    this.labelMaker.replan(this.viewport, this.model.visibility);
    this.updateFocus();
    this.clearness = this.wantedClearness();
    this.model.store.listen((_, changed) => {
      if (FILTER_KEYS.some(changed)) this.followFilters();
      this.updateFocus();
    });
  }

  setLight(light: boolean): void {
    this.painter?.setLight(light);
    this.invalidate();
  }

  resize(): void {
    const ratio = Math.max(1, Math.min(2, devicePixelRatio || 1));
    const width = Math.max(1, Math.round(innerWidth * ratio));
    const height = Math.max(1, Math.round(innerHeight * ratio));
    const before = this.viewport;
    this.canvas.width = width;
    this.canvas.height = height;
    this.viewport = makeViewport(width, height, ratio, scaled(this.insetsOf(false), ratio));
    const { camera } = this.motion;
    // The map keeps its zoom, not its scale.
    if (before.width > 1) this.motion.jumpTo({ ...camera, scale: clampScale((camera.scale / before.fitScale) * this.viewport.fitScale, this.viewport) });
    this.painter?.markStale();
    this.planSoon();
    this.invalidate();
  }

  // ---- moving

  home(): Camera {
    return centredOn(0, 0, this.viewport.fitScale, this.viewport.insets);
  }

  showAll(duration = 500): void {
    this.fly(this.home(), duration);
  }

  fly(camera: Camera, duration = 650): void {
    this.motion.flyTo(camera, performance.now(), duration);
    this.invalidate();
  }

  /** Puts a channel into the middle of the free area, at least at `zoom`. */
  flyToChannel(channel: number, zoom: number): void {
    const { channels } = this.model.atlas;
    const scale = clampScale(Math.max(this.motion.destination(this.viewport).scale, this.viewport.fitScale * zoom), this.viewport);
    this.fly(centredOn(channels.x[channel], channels.y[channel], scale, this.freeInsets(true)));
  }

  /** Moves the view just so far that a channel is not under a panel or beyond the rim. */
  reveal(channel: number): void {
    const { width, height, ratio } = this.viewport;
    const insets = this.freeInsets(true);
    const at = this.positionOf(channel);
    const margin = 48;
    const beyond = (value: number, low: number, high: number) => Math.min(0, value - low) + Math.max(0, value - high);
    const dx = beyond(at.x, insets.left / ratio + margin, (width - insets.right) / ratio - margin);
    const dy = beyond(at.y, insets.top / ratio + margin, (height - insets.bottom) / ratio - margin);
    if (dx !== 0 || dy !== 0) this.panBy(dx, dy);
  }

  frame(box: Box): void {
    this.fly(framing(box, this.viewport, this.freeInsets(true), 9));
  }

  zoomBy(factor: number, at = this.middle(), duration = 220): void {
    this.motion.zoomBy(factor, at, this.viewport, performance.now(), duration);
    this.invalidate();
  }

  /** Moves the view by CSS pixels. */
  panBy(dx: number, dy: number): void {
    const { x, y, scale } = this.motion.destination(this.viewport);
    this.fly({ x: x + (dx * this.viewport.ratio) / scale, y: y + (dy * this.viewport.ratio) / scale, scale }, 160);
  }

  /** Device pixel in the middle of what panels leave free. */
  middle(): { px: number; py: number } {
    const { width, height } = this.viewport;
    const insets = this.freeInsets(this.cardIsOpen());
    return { px: (insets.left + width - insets.right) / 2, py: (insets.top + height - insets.bottom) / 2 };
  }

  freeInsets(withCard: boolean): Insets {
    return scaled(this.insetsOf(withCard), this.viewport.ratio);
  }

  // ---- looking

  /** The channel under a point of the page (CSS pixels), -1 = none. `slop`: how far beside the circle still counts. */
  pick(clientX: number, clientY: number, slop = 5): number {
    const { ratio } = this.viewport;
    const { camera } = this.motion;
    const x = mapX(camera, this.viewport, clientX * ratio);
    const y = mapY(camera, this.viewport, clientY * ratio);
    const growth = circleScale(camera.scale, this.viewport) / camera.scale;
    return this.grid.pick(x, y, growth, (slop * ratio) / camera.scale, this.model.visibility.channels);
  }

  /** Where a channel stands on the page, CSS pixels. */
  positionOf(channel: number): { x: number; y: number } {
    const { channels } = this.model.atlas;
    const { ratio } = this.viewport;
    return {
      x: screenX(this.motion.camera, this.viewport, channels.x[channel]) / ratio,
      y: screenY(this.motion.camera, this.viewport, channels.y[channel]) / ratio,
    };
  }

  /** The names in view for a camera, as they are drawn. */
  labelsFor(camera: Camera): Label[] {
    return this.labelMaker.labels(camera, this.viewport, this.model.visibility, this.focus, this.model.state.hovered);
  }

  nameWidth(channel: number): number {
    return this.labelMaker.widthOf(channel);
  }

  /** How a channel stands out at the moment: 0 = dimmed. */
  emphasisOf(channel: number): Emphasis {
    return this.focus ? this.focus.emphasis[channel] : Emphasis.kShown;
  }

  get currentFocus(): Focus | null {
    return this.focus;
  }

  /** 1 = all clear; what is outside the focus is drawn with 0.1 + 0.9 of its cube. */
  get currentClearness(): number {
    return this.clearness;
  }

  // ---- drawing

  invalidate(): void {
    this.frameStale = true;
    this.requestFrame();
  }

  private requestFrame(): void {
    if (!this.frameRequest) this.frameRequest = requestAnimationFrame((now) => this.tick(now));
  }

  /** What keeps the picture from being final; empty when it is. */
  get pending(): string[] {
    const waits = { frame: this.frameRequest, motion: this.motion.active, links: this.more, rest: this.restTimer, names: this.replanTimer };
    return Object.entries(waits).filter(([, value]) => value).map(([name]) => name);
  }

  /** Draws the finished picture now. */
  drawNow(): void {
    this.clearness = this.wantedClearness();
    this.painter?.drawComplete(this.frameFor(false));
    this.cameraListeners.forEach((listener) => listener());
  }

  /** Milliseconds of each frame of a slow pan, waited for. */
  async measurePan(frames: number): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < frames; i++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const begin = performance.now();
      const { x, y, scale } = this.motion.camera;
      this.motion.jumpTo({ x: x + ((i < frames / 2 ? 12 : -12) * this.viewport.ratio) / scale, y, scale });
      this.painter?.prepare(this.motion.camera, this.viewport, true);
      this.painter?.draw(this.frameFor(true));
      this.painter?.finish();
      times.push(performance.now() - begin);
    }
    return times;
  }

  private tick(now: number): void {
    this.frameRequest = 0;
    const before = this.motion.camera;
    const moving = this.motion.step(now, this.viewport) || this.held;
    const moved = before !== this.motion.camera || moving;
    if (moved) this.noteMotion(now);
    const fading = this.stepClearness(now);
    const restless = now - this.movedAt < REST_MS;
    const progress = this.painter?.prepare(this.motion.camera, this.viewport, restless) ?? 'unchanged';
    this.more = progress !== 'unchanged';
    if (this.frameStale || moved || fading || progress === 'changed') this.drawFrame(restless);
    if (this.motion.active || fading) this.invalidate();
    else if (this.more) this.requestFrame();
  }

  private drawFrame(restless: boolean): void {
    this.frameStale = false;
    this.painter?.draw(this.frameFor(restless));
    this.cameraListeners.forEach((listener) => listener());
  }

  private noteMotion(now: number): void {
    this.movedAt = now;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.restTimer = 0;
      this.invalidate();
    }, REST_MS + 20);
  }

  private frameFor(moving: boolean): { camera: Camera; viewport: Viewport; labels: Label[]; clearness: number; moving: boolean } {
    const { camera } = this.motion;
    return { camera, viewport: this.viewport, labels: this.labelsFor(camera), clearness: this.clearness, moving };
  }

  private wantedClearness(): number {
    if (!this.focus) return 1;
    return this.focus.roots.length > 0 ? CLEARNESS_IN_FOCUS : CLEARNESS_AROUND_COMMUNITY;
  }

  private stepClearness(now: number): boolean {
    const elapsed = Math.min(100, now - this.fadedAt);
    this.fadedAt = now;
    const gap = this.wantedClearness() - this.clearness;
    if (Math.abs(gap) < 0.01 || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.clearness = this.wantedClearness();
      return false;
    }
    this.clearness += gap * (1 - Math.exp(-elapsed / FADE_MS));
    return true;
  }

  private updateFocus(): void {
    this.focus = this.model.focus;
    this.painter?.setFocus(this.focus);
    this.invalidate();
  }

  private followFilters(): void {
    this.painter?.setVisibility(this.model.visibility);
    this.planSoon();
  }

  private planSoon(): void {
    clearTimeout(this.replanTimer);
    this.replanTimer = setTimeout(() => {
      this.replanTimer = 0;
      this.labelMaker.replan(this.viewport, this.model.visibility);
      this.invalidate();
    }, REPLAN_MS);
  }

  private reopen(): void {
    this.painter = Painter.open(this.canvas, this.model.graph, devicePixelRatio);
    this.painter?.setLight(document.documentElement.dataset.theme === 'light');
    this.painter?.setVisibility(this.model.visibility);
    this.updateFocus();
  }

  private cardIsOpen(): boolean {
    return this.model.state.selected >= 0 || this.model.state.community >= 0;
  }
}

export const isPhone = (): boolean => innerWidth <= PHONE_WIDTH;

function scaled({ left, top, right, bottom }: Insets, ratio: number): Insets {
  return { left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio };
}
