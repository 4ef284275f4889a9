// How the camera moves: flights, zooms around a point, and the drift after a drag. Time comes from outside.

import { type Camera, clampScale, type Viewport, zoomedAt } from './camera';

interface Flight {
  kind: 'flight';
  begin: number;
  duration: number;
  from: Camera;
  to: Camera;
}

interface Zoom {
  kind: 'zoom';
  begin: number;
  duration: number;
  from: Camera;
  /** Device pixel that stays. */
  px: number;
  py: number;
  factor: number;
}

interface Drift {
  kind: 'drift';
  /** Device pixels per frame. */
  vx: number;
  vy: number;
}

const DRIFT_KEPT_PER_FRAME = 0.9;
const DRIFT_ENDS_PX = 0.3;

export class Motion {
  camera: Camera = { x: 0, y: 0, scale: 1 };
  private current: Flight | Zoom | Drift | null = null;

  /** `still` = the reader wants no motion: everything arrives at once. */
  constructor(private readonly still: () => boolean) {}

  get active(): boolean {
    return this.current !== null;
  }

  /** Where the camera will be when it rests. */
  destination(viewport: Viewport): Camera {
    if (this.current?.kind === 'flight') return this.current.to;
    if (this.current?.kind === 'zoom') return zoomedAt(this.current.from, viewport, this.current.px, this.current.py, this.current.factor);
    return this.camera;
  }

  jumpTo(camera: Camera): void {
    this.current = null;
    this.camera = camera;
  }

  flyTo(to: Camera, now: number, duration: number): void {
    if (this.still()) this.jumpTo(to);
    else this.current = { kind: 'flight', begin: now, duration, from: this.camera, to };
  }

  /** Zooms by `factor` around a device pixel; turns of a wheel add up. */
  zoomBy(factor: number, at: { px: number; py: number }, viewport: Viewport, now: number, duration: number): void {
    const pending = this.current?.kind === 'zoom' ? (this.current.from.scale * this.current.factor) / this.camera.scale : 1;
    const scale = clampScale(this.camera.scale * pending * factor, viewport);
    const whole = scale / this.camera.scale;
    if (this.still()) this.jumpTo(zoomedAt(this.camera, viewport, at.px, at.py, whole));
    else this.current = { kind: 'zoom', begin: now, duration, from: this.camera, ...at, factor: whole };
  }

  drift(vx: number, vy: number): void {
    this.current = this.still() ? null : { kind: 'drift', vx, vy };
  }

  stop(): void {
    this.current = null;
  }

  /** Moves the camera to where it is at `now`; true while it moves. */
  step(now: number, viewport: Viewport): boolean {
    const { current } = this;
    if (!current) return false;
    if (current.kind === 'drift') return this.stepDrift(current);
    const part = Math.max(0, Math.min(1, (now - current.begin) / current.duration));
    const eased = 1 - (1 - part) ** 3;
    this.camera =
      current.kind === 'flight'
        ? between(current.from, current.to, eased)
        : zoomedAt(current.from, viewport, current.px, current.py, current.factor ** eased);
    if (part < 1) return true;
    if (current.kind === 'flight') this.camera = current.to;
    this.current = null;
    return false;
  }

  private stepDrift(drift: Drift): boolean {
    const { camera } = this;
    this.camera = { x: camera.x - drift.vx / camera.scale, y: camera.y - drift.vy / camera.scale, scale: camera.scale };
    drift.vx *= DRIFT_KEPT_PER_FRAME;
    drift.vy *= DRIFT_KEPT_PER_FRAME;
    if (Math.hypot(drift.vx, drift.vy) < DRIFT_ENDS_PX) this.current = null;
    return this.current !== null;
  }
}

function between(from: Camera, to: Camera, part: number): Camera {
  return {
    x: from.x + (to.x - from.x) * part,
    y: from.y + (to.y - from.y) * part,
    scale: Math.exp(Math.log(from.scale) + (Math.log(to.scale) - Math.log(from.scale)) * part),
  };
}
