// The names to draw in one frame: which, where, how large, how clear. Device pixels.

import type { Atlas } from '../data/atlas';
import { type Camera, circleScale, screenX, screenY, type Viewport, zoomOf } from './camera';
import { type CommunityName, LINE_HEIGHT, nameGrowth } from './community_names';
import type { Focus } from './focus';
import { BoxIndex, HALF_LINE, nameBox, Place } from './label_geometry';
import type { LabelPlan } from './label_lod';

export type LabelStyle = 'outside' | 'inside' | 'community' | 'background';

export interface Label {
  text: string;
  style: LabelStyle;
  /** Community whose colour the letters take; -1 = ink. */
  community: number;
  /** Channel, -1 for names of communities. */
  channel: number;
  x: number;
  y: number;
  fontPx: number;
  bold: boolean;
  alpha: number;
}

export interface LabelScene {
  atlas: Atlas;
  plan: LabelPlan;
  communityNames: readonly CommunityName[];
  /** As the map draws them. */
  names: readonly string[];
  nameWidths: Float32Array;
  visible: Uint8Array;
  focus: Focus | null;
  /** Under the pointer; -1 = none. */
  hovered: number;
}

/** Most names of channels in one frame. */
const MAX_CHANNEL_LABELS = 700;
/** Community names fade to background letters between these zooms, and those are gone at the third. */
const FULL_UNTIL = 1.7;
const FADE_WIDTH = 1.1;
const BACKGROUND_FADES_FROM = 14;
const BACKGROUND_ALPHA = 0.2;
/** A name fades in while the zoom grows by this part beyond the zoom at which it appears. */
const FADE_IN = 0.06;
/** Names of focused and hovered channels are this much larger, CSS pixels. */
const ROOT_EXTRA_PX = 3;

export function labelsOf(scene: LabelScene, camera: Camera, viewport: Viewport): Label[] {
  const labels: Label[] = [];
  addCommunityNames(scene, camera, viewport, labels);
  if (scene.focus && scene.focus.roots.length > 0) addFocusNames(scene, camera, viewport, labels);
  else addPlannedNames(scene, camera, viewport, labels);
  const { hovered } = scene;
  if (hovered >= 0 && !scene.focus?.roots.includes(hovered)) addRoot(scene, camera, viewport, hovered, labels);
  return labels;
}

function addCommunityNames(scene: LabelScene, camera: Camera, viewport: Viewport, labels: Label[]): void {
  const zoom = zoomOf(camera, viewport);
  const faded = Math.max(0, Math.min(1, (zoom - FULL_UNTIL) / FADE_WIDTH));
  const ending = Math.max(0, 1 - Math.max(0, zoom - BACKGROUND_FADES_FROM) / BACKGROUND_FADES_FROM);
  for (const name of scene.communityNames) {
    const x = screenX(camera, viewport, name.x);
    const y = screenY(camera, viewport, name.y);
    if (x < -500 || x > viewport.width + 500 || y < -200 || y > viewport.height + 200) continue;
    const fontPx = name.fontPx * viewport.ratio * nameGrowth(zoom);
    const appearing = name.appearsAt === 0 ? 1 : Math.max(0, Math.min(1, (zoom / name.appearsAt - 1) / FADE_IN));
    const clear = appearing * focusAlpha(scene.focus, name.community);
    name.lines.forEach((text, line) => {
      const base = { text, community: name.community, channel: -1, x, fontPx, bold: true };
      const lineY = y + (line - (name.lines.length - 1) / 2) * fontPx * LINE_HEIGHT;
      const full = (1 - faded) * 0.96 * clear;
      const background = faded * BACKGROUND_ALPHA * ending * clear;
      if (full > 0.02) labels.push({ ...base, y: lineY, style: 'community', alpha: full });
      if (background > 0.005) labels.push({ ...base, y: lineY, style: 'background', alpha: background });
    });
  }
}

function focusAlpha(focus: Focus | null, community: number): number {
  if (!focus) return 1;
  if (!focus.communities.has(community)) return 0.16;
  return focus.roots.length > 0 ? 0.5 : 1;
}

function addPlannedNames(scene: LabelScene, camera: Camera, viewport: Viewport, labels: Label[]): void {
  const zoom = Math.max(1, zoomOf(camera, viewport));
  const { appearsAt } = scene.plan;
  const only = scene.focus ? scene.focus.emphasis : scene.visible;
  const end = labels.length + MAX_CHANNEL_LABELS;
  for (let channel = 0; channel < appearsAt.length && labels.length < end; channel++) {
    if (appearsAt[channel] > zoom || !scene.visible[channel] || !only[channel] || channel === scene.hovered) continue;
    const alpha = appearsAt[channel] <= 1.01 ? 1 : Math.min(1, (zoom / appearsAt[channel] - 1) / FADE_IN);
    const label = channelLabel(scene, camera, viewport, channel, 0);
    if (label && alpha > 0) labels.push({ ...label, alpha });
  }
}

function addFocusNames(scene: LabelScene, camera: Camera, viewport: Viewport, labels: Label[]): void {
  const { roots, named } = scene.focus!;
  const taken = new BoxIndex();
  for (const [index, channel] of [...roots, ...named].entries()) {
    const isRoot = index < roots.length;
    if (!scene.visible[channel] && !isRoot) continue;
    const label = channelLabel(scene, camera, viewport, channel, isRoot ? ROOT_EXTRA_PX : 0);
    if (!label) continue;
    const halfWidth = (scene.nameWidths[channel] * label.fontPx) / 2 + 2;
    const halfHeight = label.fontPx * HALF_LINE;
    const box = [label.x - halfWidth, label.y - halfHeight, label.x + halfWidth, label.y + halfHeight] as const;
    if (!isRoot && taken.meets(...box)) continue;
    taken.add(...box);
    labels.push(label);
  }
}

function addRoot(scene: LabelScene, camera: Camera, viewport: Viewport, channel: number, labels: Label[]): void {
  const label = channelLabel(scene, camera, viewport, channel, ROOT_EXTRA_PX);
  if (label) labels.push(label);
}

/** The name of a channel at its place, null when it is off the canvas. */
function channelLabel(scene: LabelScene, camera: Camera, viewport: Viewport, channel: number, extraPx: number): Label | null {
  const { channels } = scene.atlas;
  const x = screenX(camera, viewport, channels.x[channel]);
  const y = screenY(camera, viewport, channels.y[channel]);
  const { ratio } = viewport;
  if (x < -120 * ratio || x > viewport.width + 120 * ratio || y < -40 * ratio || y > viewport.height + 40 * ratio) return null;
  const radiusPx = (channels.radius[channel] * circleScale(camera.scale, viewport)) / ratio;
  const place: Place = scene.plan.appearsAt[channel] < Infinity ? scene.plan.place[channel] : Place.kBelow;
  const box = nameBox(place, radiusPx, scene.nameWidths[channel]);
  const fontPx = box.fontPx + extraPx;
  const inside = box.inside > 0.98 && extraPx === 0;
  return {
    text: scene.names[channel],
    style: inside ? 'inside' : 'outside',
    community: -1,
    channel,
    x: x + box.dx * ratio,
    y: y + (box.dy + Math.sign(box.dy) * extraPx * 0.6) * ratio,
    fontPx: fontPx * ratio,
    bold: inside || fontPx > 15,
    alpha: 1,
  };
}
