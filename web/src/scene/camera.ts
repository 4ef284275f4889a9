// Where the reader looks: from map units (disc of radius 1000) to device pixels.

/** Map units across the free area at zoom 1: the disc of radius 1000, and room for the labels at its rim. */
const FIT_DIAMETER = 2075;
export const MIN_ZOOM = 0.5;
export const MAX_ZOOM = 64;
/** Circles grow slower than the map beyond zoom 1, so that room appears between them. */
export const CIRCLE_GROWTH = 0.78;

export interface Camera {
  /** Map point at the centre of the canvas. */
  x: number;
  y: number;
  /** Device pixels per map unit. */
  scale: number;
}

/** The part of the canvas, from each side in device pixels, that panels cover. */
export interface Insets {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Viewport {
  /** Device pixels. */
  width: number;
  height: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
  /** Scale at which the whole map fits the area that the resting panels leave free: zoom 1. */
  fitScale: number;
  insets: Insets;
}

export function makeViewport(width: number, height: number, ratio: number, insets: Insets): Viewport {
  const freeWidth = Math.max(80, width - insets.left - insets.right);
  const freeHeight = Math.max(80, height - insets.top - insets.bottom);
  return { width, height, ratio, insets, fitScale: Math.min(freeWidth, freeHeight) / FIT_DIAMETER };
}

export const zoomOf = (camera: Camera, viewport: Viewport): number => camera.scale / viewport.fitScale;

export function clampScale(scale: number, viewport: Viewport): number {
  return Math.max(viewport.fitScale * MIN_ZOOM, Math.min(viewport.fitScale * MAX_ZOOM, scale));
}

/** Device pixels per unit of circle radius at a scale. */
export function circleScale(scale: number, viewport: Viewport): number {
  const zoom = scale / viewport.fitScale;
  return zoom < 1 ? scale : viewport.fitScale * zoom ** CIRCLE_GROWTH;
}

/** The camera that shows map point (x, y) at the middle of the area left free by `insets`. */
export function centredOn(x: number, y: number, scale: number, insets: Insets): Camera {
  return {
    x: x - (insets.left - insets.right) / 2 / scale,
    y: y - (insets.top - insets.bottom) / 2 / scale,
    scale,
  };
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The camera that frames a box of map units, no closer than `maxZoom`. */
export function framing(box: Box, viewport: Viewport, insets: Insets, maxZoom: number): Camera {
  const margin = 120;
  const freeWidth = Math.max(80, viewport.width - insets.left - insets.right);
  const freeHeight = Math.max(80, viewport.height - insets.top - insets.bottom);
  const scale = Math.min(
    viewport.fitScale * maxZoom,
    freeWidth / (box.right - box.left + margin),
    freeHeight / (box.bottom - box.top + margin),
  );
  return centredOn((box.left + box.right) / 2, (box.top + box.bottom) / 2, scale, insets);
}

/** `camera` scaled by `factor` while the map point under device pixel (px, py) stays where it is. */
export function zoomedAt(camera: Camera, viewport: Viewport, px: number, py: number, factor: number): Camera {
  const scale = clampScale(camera.scale * factor, viewport);
  const dx = px - viewport.width / 2;
  const dy = py - viewport.height / 2;
  return {
    x: camera.x + dx / camera.scale - dx / scale,
    y: camera.y + dy / camera.scale - dy / scale,
    scale,
  };
}

export const screenX = (camera: Camera, viewport: Viewport, x: number): number => viewport.width / 2 + (x - camera.x) * camera.scale;
export const screenY = (camera: Camera, viewport: Viewport, y: number): number => viewport.height / 2 + (y - camera.y) * camera.scale;
export const mapX = (camera: Camera, viewport: Viewport, px: number): number => camera.x + (px - viewport.width / 2) / camera.scale;
export const mapY = (camera: Camera, viewport: Viewport, py: number): number => camera.y + (py - viewport.height / 2) / camera.scale;
