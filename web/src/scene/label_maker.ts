// Everything that names need, kept for the current size of the page and the current filters.

import type { Atlas } from '../data/atlas';
import type { Camera, Viewport } from './camera';
import { type CommunityName, placeCommunityNames, TRACKING_EM } from './community_names';
import type { Focus } from './focus';
import { type LabelPlan, planLabels } from './label_lod';
import { type Label, labelsOf } from './labels';
import type { SpatialGrid } from './spatial_grid';
import { nameOnMap, TextMeasurer } from './text';
import type { Visibility } from './visibility';

/** CSS pixels: below this width the page is laid out for a phone. */
export const PHONE_WIDTH = 760;
const NAMES_AT_FIRST_ON_PHONES = 14;

export class LabelMaker {
  private readonly measurer = new TextMeasurer();
  private readonly names: string[];
  private readonly nameWidths: Float32Array;
  private communityNames: CommunityName[] = [];
  private plan: LabelPlan;

  constructor(
    private readonly atlas: Atlas,
    private readonly grid: SpatialGrid,
  ) {
    const { channels } = atlas;
    this.names = channels.names.map(nameOnMap);
    this.nameWidths = this.measurer.widthsOf(this.names, 600);
    this.plan = { appearsAt: new Float32Array(channels.count).fill(Infinity), place: new Uint8Array(channels.count) };
  }

  /** Decides anew which names show from which zoom on: after the page changed its size or the filters what they let through. */
  replan(viewport: Viewport, visibility: Visibility): void {
    const { ratio, width, height, insets } = viewport;
    const phone = width / ratio <= PHONE_WIDTH;
    const fitScale = viewport.fitScale / ratio;
    this.communityNames = placeCommunityNames({
      atlas: this.atlas,
      visibleChannels: visibility.channels,
      visibleCommunities: visibility.communities,
      measure: (line) => this.measurer.trackedWidth(line, 700, TRACKING_EM),
      fitScale,
      freeSidePx: Math.min(width - insets.left - insets.right, height - insets.top - insets.bottom) / ratio,
      halfWidthPx: phone ? width / ratio / 2 - 6 : Infinity,
      atFirst: phone ? NAMES_AT_FIRST_ON_PHONES : Infinity,
    });
    this.plan = planLabels({
      channels: this.atlas.channels,
      grid: this.grid,
      visible: visibility.channels,
      nameWidths: this.nameWidths,
      fitScale,
      communityNames: this.communityNames,
    });
  }

  labels(camera: Camera, viewport: Viewport, visibility: Visibility, focus: Focus | null, hovered: number): Label[] {
    const { atlas, plan, communityNames, names, nameWidths } = this;
    return labelsOf({ atlas, plan, communityNames, names, nameWidths, visible: visibility.channels, focus, hovered }, camera, viewport);
  }

  /** Width of a channel's name at font size 1. */
  widthOf(channel: number): number {
    return this.nameWidths[channel];
  }
}
