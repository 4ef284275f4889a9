// Places for the names of communities: over the largest piece of each, off the large circles, never over one another.
// Sizes are CSS pixels at zoom 1; a summed-area table of the circles makes each trial O(1).

import type { Atlas } from '../data/atlas';

export interface CommunityName {
  community: number;
  /** Centre, map units. */
  x: number;
  y: number;
  fontPx: number;
  widthPx: number;
  heightPx: number;
  lines: string[];
  /** Zoom from which it shows: small screens begin with the largest communities. */
  appearsAt: number;
}

/** Width of a line of capitals at font size 1, tracking included. */
export type MeasureLine = (line: string) => number;

export interface NamesInput {
  atlas: Atlas;
  visibleChannels: Uint8Array;
  visibleCommunities: Uint8Array;
  measure: MeasureLine;
  /** CSS pixels per map unit at zoom 1. */
  fitScale: number;
  /** The smaller side of the free area, CSS pixels: sizes follow it. */
  freeSidePx: number;
  /** Half the width in which names must stay; Infinity = anywhere. */
  halfWidthPx: number;
  /** How many names show at zoom 1. */
  atFirst: number;
}

export const TRACKING_EM = 0.08;
export const LINE_HEIGHT = 1.05;
const CAPITAL_HEIGHT = 0.78;
const CELL = 4;
const REACH = 1100;
const MAX_NAME = 42;
/** Names beyond NamesInput.atFirst appear here. */
const LATER_ZOOM = 1.6;

/** Community names grow with zoom, slower than the map, until they are background letters. */
export const nameGrowth = (zoom: number): number => Math.min(zoom, 7) ** 0.62;

/** The name in capitals on one line, and broken into two near its middle when it can be. */
export function lineBreaks(label: string): string[][] {
  const characters = [...label.toUpperCase()];
  const text = characters.length > MAX_NAME ? characters.slice(0, MAX_NAME - 1).join('').trimEnd() + '…' : characters.join('');
  const breaks = [...text.matchAll(/ · | & | OF | /g)].map((match) => ({ at: match.index, mark: match[0] }));
  if (breaks.length === 0 || text.length < 8) return [[text]];
  // Names such as "GERMAN · JUST CHATTING" fall apart at the dot even when that is not the middle.
  const cost = ({ at, mark }: (typeof breaks)[number]) => Math.abs(at - text.length / 2) * (mark === ' · ' ? 0.3 : mark === ' & ' ? 0.8 : 1);
  const middle = breaks.reduce((best, next) => (cost(next) < cost(best) ? next : best));
  const first = text.slice(0, middle.at) + (middle.mark.trim() === '·' ? '' : middle.mark.trimEnd());
  return [[text], [first, text.slice(middle.at + middle.mark.length)]];
}

export function placeCommunityNames(input: NamesInput): CommunityName[] {
  const ground = new Ground(input);
  const placed: CommunityName[] = [];
  const { communities } = input.atlas;
  const order = communities.map((_, k) => k).filter((k) => communities[k].real && input.visibleCommunities[k]);
  order.sort((a, b) => communities[b].audience - communities[a].audience || a - b);
  const largest = Math.max(1, ...order.map((k) => communities[k].audience));
  for (const community of order) {
    const name = placeOne(input, ground, placed, community, (communities[community].audience / largest) ** 0.42);
    if (!name) continue;
    if (placed.length >= input.atFirst) name.appearsAt = LATER_ZOOM;
    placed.push(name);
  }
  return placed;
}

/** The box where the name may stand, in pixels at zoom 1: the members within the largest outline, without the outermost. */
interface Home {
  x: number;
  y: number;
  halfWidth: number;
  halfHeight: number;
}

function homeOf({ atlas, visibleChannels, fitScale }: NamesInput, community: number): Home | null {
  const { channels, communities } = atlas;
  const ring = communities[community].rings[0];
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i < channels.count; i++) {
    if (channels.community[i] !== community || !visibleChannels[i]) continue;
    if (ring && !isInside(ring, channels.x[i], channels.y[i])) continue;
    xs.push(channels.x[i] * fitScale);
    ys.push(channels.y[i] * fitScale);
  }
  if (xs.length === 0) return null;
  xs.sort((a, b) => a - b);
  ys.sort((a, b) => a - b);
  const low = Math.floor(xs.length * 0.06);
  const high = xs.length - 1 - low;
  const middle = xs.length >> 1;
  return {
    x: (xs[middle] + (xs[low] + xs[high]) / 2) / 2,
    y: (ys[middle] + (ys[low] + ys[high]) / 2) / 2,
    halfWidth: (xs[high] - xs[low]) / 2,
    halfHeight: (ys[high] - ys[low]) / 2,
  };
}

function placeOne(input: NamesInput, ground: Ground, placed: CommunityName[], community: number, rank: number): CommunityName | null {
  const home = homeOf(input, community);
  if (!home) return null;
  const basePx = Math.max(10.5, Math.min(25, (0.0075 + 0.0195 * rank) * input.freeSidePx));
  const search: Search = { input, ground, placed, home, community, best: null, bestCost: Infinity };
  for (const shrink of [1, 0.86, 0.74]) {
    for (const lines of lineBreaks(input.atlas.communities[community].label)) {
      const fontPx = basePx * shrink;
      const widthPx = Math.max(...lines.map(input.measure)) * fontPx;
      const heightPx = fontPx * (CAPITAL_HEIGHT + LINE_HEIGHT * (lines.length - 1));
      const penalty = (1 - shrink) * 1.5 + (lines.length > 1 ? 0.05 : 0);
      trySpots(search, { community, x: 0, y: 0, fontPx, widthPx, heightPx, lines, appearsAt: 0 }, penalty);
    }
  }
  return search.best;
}

interface Search {
  input: NamesInput;
  ground: Ground;
  placed: CommunityName[];
  home: Home;
  community: number;
  best: CommunityName | null;
  bestCost: number;
}

function trySpots(search: Search, trial: CommunityName, penalty: number): void {
  const { home, input, ground } = search;
  const { widthPx, heightPx } = trial;
  for (let down = -1.3; down <= 1.3; down += 0.065) {
    for (let across = -1.2; across <= 1.2; across += 0.08) {
      const x = home.x + across * (home.halfWidth + widthPx / 2);
      const y = home.y + down * (home.halfHeight + heightPx * 0.6);
      if (Math.abs(x) + widthPx / 2 > input.halfWidthPx) continue;
      const aside = Math.hypot((x - home.x) / (home.halfWidth + 14), (y - home.y) / (home.halfHeight + 14));
      const floor = aside * 0.35 + penalty;
      if (floor >= search.bestCost || meetsAnother(search, x, y, trial)) continue;
      const cover = ground.coverOf(x, y, widthPx, heightPx);
      const cost = floor + cover * 4 + ground.foreignPart(x, y, widthPx, search.community) * 1.6;
      if (cost >= search.bestCost) continue;
      search.bestCost = cost;
      search.best = { ...trial, x: x / input.fitScale, y: y / input.fitScale };
    }
  }
}

function meetsAnother({ placed, input }: Search, x: number, y: number, { widthPx, heightPx }: CommunityName): boolean {
  return placed.some(
    (other) =>
      Math.abs(x - other.x * input.fitScale) < (widthPx + other.widthPx) / 2 + 8 &&
      Math.abs(y - other.y * input.fitScale) < (heightPx + other.heightPx) / 2 + 7,
  );
}

/** The map at zoom 1 in cells of 4 pixels: how much circles cover, and whose ground each cell is. */
class Ground {
  private readonly side: number;
  private readonly origin: number;
  private readonly owner: Int32Array;
  private readonly sums: Float64Array;

  constructor({ atlas, visibleChannels, fitScale }: NamesInput) {
    this.side = Math.ceil((2 * REACH * fitScale) / CELL);
    this.origin = REACH * fitScale;
    this.owner = new Int32Array(this.side * this.side).fill(-1);
    const cover = new Uint8Array(this.side * this.side);
    const nearest = new Float32Array(this.side * this.side).fill(Infinity);
    for (let i = 0; i < atlas.channels.count; i++) {
      if (visibleChannels[i]) this.addCircle(atlas, i, fitScale, cover, nearest);
    }
    this.sums = this.sumsOf(cover);
  }

  /** Mean cover of a box, 0..3. */
  coverOf(x: number, y: number, width: number, height: number): number {
    const left = Math.floor((x - width / 2 + this.origin) / CELL);
    const top = Math.floor((y - height / 2 + this.origin) / CELL);
    const right = Math.ceil((x + width / 2 + this.origin) / CELL);
    const bottom = Math.ceil((y + height / 2 + this.origin) / CELL);
    const sum = this.sumAt(right, bottom) - this.sumAt(left, bottom) - this.sumAt(right, top) + this.sumAt(left, top);
    return sum / ((right - left) * (bottom - top));
  }

  /** Part of five points along the line that lie on other communities' ground; free ground counts less. */
  foreignPart(x: number, y: number, width: number, community: number): number {
    let foreign = 0;
    const row = Math.floor((y + this.origin) / CELL);
    for (let part = 0.1; part < 1; part += 0.2) {
      const column = Math.floor((x - width / 2 + width * part + this.origin) / CELL);
      if (column < 0 || row < 0 || column >= this.side || row >= this.side) foreign += 0.5;
      else if (this.owner[row * this.side + column] < 0) foreign += 0.4;
      else if (this.owner[row * this.side + column] !== community) foreign += 1;
    }
    return foreign / 5;
  }

  private addCircle({ channels }: Atlas, i: number, fitScale: number, cover: Uint8Array, nearest: Float32Array): void {
    const x = (channels.x[i] * fitScale + this.origin) / CELL;
    const y = (channels.y[i] * fitScale + this.origin) / CELL;
    const radius = Math.max(0.5, (channels.radius[i] * fitScale) / CELL);
    // Circles of more than 9 px radius are worth seeing: a name over them costs three times as much.
    const weight = radius * CELL > 9 ? 3 : 1;
    const reach = Math.ceil(radius + 6);
    for (let row = Math.max(0, Math.floor(y) - reach); row < Math.min(this.side, y + reach + 1); row++) {
      for (let column = Math.max(0, Math.floor(x) - reach); column < Math.min(this.side, x + reach + 1); column++) {
        const distance = Math.hypot(column - x, row - y) - radius;
        const cell = row * this.side + column;
        if (distance < 0) cover[cell] = Math.max(cover[cell], weight);
        if (distance >= nearest[cell]) continue;
        nearest[cell] = distance;
        this.owner[cell] = channels.community[i];
      }
    }
  }

  private sumsOf(cover: Uint8Array): Float64Array {
    const { side } = this;
    const sums = new Float64Array((side + 1) * (side + 1));
    for (let row = 0; row < side; row++) {
      let sum = 0;
      for (let column = 0; column < side; column++) {
        sum += cover[row * side + column];
        sums[(row + 1) * (side + 1) + column + 1] = sums[row * (side + 1) + column + 1] + sum;
      }
    }
    return sums;
  }

  private sumAt(column: number, row: number): number {
    const clamp = (value: number) => Math.max(0, Math.min(this.side, value));
    return this.sums[clamp(row) * (this.side + 1) + clamp(column)];
  }
}

/** Even-odd test of a point in a closed outline. */
export function isInside(ring: Float32Array, x: number, y: number): boolean {
  let inside = false;
  const count = ring.length / 2;
  for (let i = 0, j = count - 1; i < count; j = i++) {
    const yi = ring[2 * i + 1];
    const yj = ring[2 * j + 1];
    if (yi > y === yj > y) continue;
    if (x < ((ring[2 * j] - ring[2 * i]) * (y - yi)) / (yj - yi) + ring[2 * i]) inside = !inside;
  }
  return inside;
}
