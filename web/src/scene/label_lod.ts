// From which zoom on each channel shows its name, decided once for all zooms so that nothing flickers (the idea of Been,
// Daiches and Yap, 2006): a name that has appeared stays at every closer zoom, at the same place, and meets no other name.
//
// Zooms are taken in steps of 2^(1/4). In each step the channels without a name, largest first, try four places; a place is
// good when it is free in this step and the next twelve (a factor of 8, beyond which names drift apart) and does not cover
// too much of other circles. An accepted name is entered into this and all later steps.

import type { Channels } from '../data/atlas';
import { CIRCLE_GROWTH } from './camera';
import { nameGrowth, type CommunityName } from './community_names';
import { BoxIndex, HALF_LINE, nameBox, NUM_PLACES, SIDE_GAP } from './label_geometry';
import type { SpatialGrid } from './spatial_grid';

const NUM_STEPS = 29;
const STEPS_AHEAD = 12;
/** How much circles grow in half a step. */
const HALF_STEP_GROWTH = 2 ** (CIRCLE_GROWTH / 8);
/** Names of communities keep channel names away while they are drawn in full. */
const COMMUNITY_NAMES_UNTIL = 2.4;
/** The largest channels of a map compete for names; more would take seconds to plan and could never be read. */
const MAX_COMPETITORS = 12000;

export interface LodInput {
  channels: Channels;
  grid: SpatialGrid;
  visible: Uint8Array;
  /** Width of each name at font size 1. */
  nameWidths: Float32Array;
  /** CSS pixels per map unit at zoom 1. */
  fitScale: number;
  communityNames: readonly CommunityName[];
}

export interface LabelPlan {
  /** Zoom from which the name shows; Infinity = never. */
  appearsAt: Float32Array;
  place: Uint8Array;
}

interface Step {
  zoom: number;
  mapScale: number;
  circleScale: number;
  taken: BoxIndex;
}

type NameRect = [left: number, top: number, right: number, bottom: number];

export function planLabels(input: LodInput): LabelPlan {
  const { channels } = input;
  const plan: LabelPlan = { appearsAt: new Float32Array(channels.count).fill(Infinity), place: new Uint8Array(channels.count) };
  const steps = makeSteps(input);
  const competitors = Math.min(channels.count, MAX_COMPETITORS);
  for (let k = 0; k < NUM_STEPS; k++) {
    for (let channel = 0; channel < competitors; channel++) {
      if (plan.appearsAt[channel] < Infinity || !input.visible[channel] || tooSmall(input, steps[k], channel)) continue;
      const place = bestPlace(input, steps, k, channel);
      if (place < 0) continue;
      plan.appearsAt[channel] = steps[k].zoom;
      plan.place[channel] = place;
      for (let later = k; later < NUM_STEPS; later++) steps[later].taken.add(...rectOf(input, steps[later], channel, place));
    }
  }
  return plan;
}

function makeSteps({ fitScale, communityNames }: LodInput): Step[] {
  const steps: Step[] = [];
  for (let k = 0; k < NUM_STEPS; k++) {
    const zoom = 2 ** (k / 4);
    const step = { zoom, mapScale: fitScale * zoom, circleScale: fitScale * zoom ** CIRCLE_GROWTH, taken: new BoxIndex() };
    if (zoom < COMMUNITY_NAMES_UNTIL) for (const name of communityNames) takeCommunityName(step, name);
    steps.push(step);
  }
  return steps;
}

function takeCommunityName(step: Step, name: CommunityName): void {
  const growth = nameGrowth(step.zoom);
  const x = name.x * step.mapScale;
  const y = name.y * step.mapScale;
  const halfWidth = (name.widthPx * growth) / 2 + 2;
  const halfHeight = (name.heightPx * growth) / 2 + 2;
  step.taken.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
}

/** Tiny circles wait for a closer zoom: an unreadable crowd of names helps nobody. */
function tooSmall({ channels }: LodInput, { zoom, circleScale }: Step, channel: number): boolean {
  if (zoom >= 8) return false;
  return channels.radius[channel] * circleScale < (zoom < 1.5 ? 4.2 : zoom < 3 ? 3.4 : 2.4);
}

/** What a name covers from half a step before this zoom to half a step after it: it may slide into its circle meanwhile. */
function rectOf({ channels, nameWidths }: LodInput, step: Step, channel: number, place: number): NameRect {
  const radius = channels.radius[channel] * step.circleScale;
  const before = nameBox(place, radius / HALF_STEP_GROWTH, nameWidths[channel]);
  const after = nameBox(place, radius * HALF_STEP_GROWTH, nameWidths[channel]);
  const x = channels.x[channel] * step.mapScale;
  const y = channels.y[channel] * step.mapScale;
  const halfWidth = after.widthPx / 2 + SIDE_GAP;
  const halfHeight = after.fontPx * HALF_LINE;
  return [
    x + Math.min(before.dx, after.dx) - halfWidth,
    y + Math.min(before.dy, after.dy) - halfHeight,
    x + Math.max(before.dx, after.dx) + halfWidth,
    y + Math.max(before.dy, after.dy) + halfHeight,
  ];
}

const PLACE_PENALTY = [0, 0.06, 0.1, 0.14];

/** The free place that covers least, or -1. */
function bestPlace(input: LodInput, steps: Step[], k: number, channel: number): number {
  const step = steps[k];
  const tolerance = Math.min(0.9, 0.22 + 0.1 * (k / 4)) + (input.channels.radius[channel] * step.circleScale > 12 ? 0.35 : 0);
  let best = -1;
  let bestCost = tolerance;
  for (let place = 0; place < NUM_PLACES; place++) {
    const rect = rectOf(input, step, channel, place);
    if (step.taken.meets(...rect)) continue;
    const cost = coverOf(input, step, channel, rect) + PLACE_PENALTY[place];
    if (cost >= bestCost || !staysFree(input, steps, k, channel, place)) continue;
    bestCost = cost;
    best = place;
  }
  return best;
}

function staysFree(input: LodInput, steps: Step[], k: number, channel: number, place: number): boolean {
  const end = Math.min(NUM_STEPS, k + 1 + STEPS_AHEAD);
  for (let later = k + 1; later < end; later++) {
    if (steps[later].taken.meets(...rectOf(input, steps[later], channel, place))) return false;
  }
  return true;
}

/** Part of the rect over other circles; circles much larger than the name's own count more. */
function coverOf({ channels, grid, visible }: LodInput, step: Step, channel: number, rect: NameRect): number {
  const [left, top, right, bottom] = rect;
  const reach = 40;
  let covered = 0;
  const visit = (other: number) => {
    if (other === channel || !visible[other]) return;
    const radius = channels.radius[other] * step.circleScale * 0.8;
    const x = channels.x[other] * step.mapScale;
    const y = channels.y[other] * step.mapScale;
    const width = Math.min(right, x + radius) - Math.max(left, x - radius);
    const height = Math.min(bottom, y + radius) - Math.max(top, y - radius);
    if (width > 0 && height > 0) covered += width * height * (channels.radius[other] > channels.radius[channel] * 1.6 ? 2.5 : 1);
  };
  grid.forEachIn(left / step.mapScale - reach, top / step.mapScale - reach, right / step.mapScale + reach, bottom / step.mapScale + reach, visit);
  return covered / ((right - left) * (bottom - top));
}
