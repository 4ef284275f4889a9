// A way in for scripts: `window.vieweratlas` in the console, and the tests of the page. It reads; it changes nothing but the
// camera.

import type { Camera } from '../scene/camera';
import { clampScale } from '../scene/camera';
import { HALF_LINE } from '../scene/label_geometry';
import type { HashState } from './hash_state';
import type { MapView } from './map_view';
import type { Model } from './model';

export interface LabelBox {
  channel: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function makeHandle(model: Model, view: MapView, hash: HashState) {
  const { channels } = model.atlas;
  const indexOf = (id: string) => channels.ids.indexOf(id);
  const cameraAt = (zoom: number): Camera => ({ ...view.motion.camera, scale: clampScale(zoom * view.viewport.fitScale, view.viewport) });
  return {
    /** Resolves when the picture is final and the address is saved; throws when that takes too long. */
    async whenIdle(patienceMs = 60_000): Promise<void> {
      for (const end = performance.now() + patienceMs; ; ) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        const pending = [...view.pending, ...(hash.saved ? [] : ['address'])];
        if (pending.length === 0) return;
        if (performance.now() > end) throw new Error(`The page did not come to rest: ${pending.join(', ')}`);
      }
    },
    /** Where a channel stands, CSS pixels. */
    positionOf: (id: string) => view.positionOf(indexOf(id)),
    /** The channel under a point of the page, null = none. */
    channelAt: (x: number, y: number) => channels.ids[view.pick(x, y)] ?? null,
    /** The middle of the area that panels leave free, CSS pixels. */
    middle(): { x: number; y: number } {
      const { px, py } = view.middle();
      return { x: px / view.viewport.ratio, y: py / view.viewport.ratio };
    },
    /** The channel with the largest audience. */
    firstId: () => channels.ids[0],
    /** Draws a finished frame at once, to be read from the canvas in the same task. */
    drawNow: () => view.drawNow(),
    zoom: () => view.zoom,
    setZoom: (zoom: number) => {
      view.motion.jumpTo(cameraAt(zoom));
      view.invalidate();
    },
    /** How clearly a channel is drawn, 0..1. */
    alphaOf(id: string): number {
      return view.emphasisOf(indexOf(id)) > 0 ? 1 : 0.1 + 0.9 * view.currentClearness ** 3;
    },
    /** The names of channels in view at a zoom around the same centre, with the boxes of their letters. */
    labelBoxesAt(zoom: number): LabelBox[] {
      return view.labelsFor(cameraAt(zoom)).filter(({ channel }) => channel >= 0).map((label) => {
        const halfWidth = (view.nameWidth(label.channel) * label.fontPx) / 2;
        const halfHeight = label.fontPx * HALF_LINE;
        return { channel: channels.ids[label.channel], left: label.x - halfWidth, top: label.y - halfHeight, right: label.x + halfWidth, bottom: label.y + halfHeight };
      });
    },
    software: view.software,
    /** Milliseconds of `frames` frames of a slow pan, each waited for. */
    measurePan: (frames: number) => view.measurePan(frames),
  };
}
