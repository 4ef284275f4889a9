// Channels by place, to find those near a point.

import type { Channels } from '../data/atlas';

/** Map units; a few of the largest circles (radius about 50) wide. */
const CELL = 60;

export class SpatialGrid {
  private readonly cells = new Map<number, number[]>();
  private readonly channels: Channels;
  private readonly largestRadius: number;

  constructor(channels: Channels) {
    this.channels = channels;
    let largest = 0;
    for (let i = 0; i < channels.count; i++) {
      largest = Math.max(largest, channels.radius[i]);
      const key = keyOf(cellOf(channels.x[i]), cellOf(channels.y[i]));
      const cell = this.cells.get(key);
      if (cell) cell.push(i);
      else this.cells.set(key, [i]);
    }
    this.largestRadius = largest;
  }

  /** Calls `visit` for at least all channels whose centre lies in the box. */
  forEachIn(left: number, top: number, right: number, bottom: number, visit: (channel: number) => void): void {
    for (let column = cellOf(left); column <= cellOf(right); column++) {
      for (let row = cellOf(top); row <= cellOf(bottom); row++) {
        this.cells.get(keyOf(column, row))?.forEach(visit);
      }
    }
  }

  /** The visible channel whose circle, drawn `growth` times its radius, is under (x, y) or within `slop` of it; -1 = none. */
  pick(x: number, y: number, growth: number, slop: number, visible: Uint8Array): number {
    const { channels } = this;
    const reach = this.largestRadius * growth + slop;
    let best = -1;
    let bestDistance = slop;
    this.forEachIn(x - reach, y - reach, x + reach, y + reach, (channel) => {
      if (!visible[channel]) return;
      const distance = Math.hypot(channels.x[channel] - x, channels.y[channel] - y) - channels.radius[channel] * growth;
      if (distance < bestDistance) {
        bestDistance = distance;
        best = channel;
      }
    });
    return best;
  }
}

const cellOf = (coordinate: number): number => Math.floor(coordinate / CELL);
const keyOf = (column: number, row: number): number => column * 65537 + row;
