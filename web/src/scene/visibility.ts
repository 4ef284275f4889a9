// What the filters leave of the map.

import type { Atlas } from '../data/atlas';
import type { Graph } from '../data/graph';

export interface Filters {
  /** Communities switched off in the legend. */
  hidden: ReadonlySet<number>;
  /** 0 = all. */
  minAudience: number;
  minShared: number;
  /** Index into Atlas.languages / Atlas.games; -1 = all. */
  language: number;
  game: number;
}

export interface Visibility {
  channels: Uint8Array;
  /** 1 = has a visible link, or the map never held a link of it. Others stay on the map, dimmed. */
  linked: Uint8Array;
  links: Uint8Array;
  communities: Uint8Array;
  numChannels: number;
  numLinks: number;
}

export function visibilityOf(atlas: Atlas, graph: Graph, filters: Filters): Visibility {
  const { channels, links } = atlas;
  const visibility: Visibility = {
    channels: new Uint8Array(channels.count),
    linked: new Uint8Array(channels.count),
    links: new Uint8Array(links.count),
    communities: Uint8Array.from(atlas.communities, (_, k) => (filters.hidden.has(k) ? 0 : 1)),
    numChannels: 0,
    numLinks: 0,
  };
  for (let i = 0; i < channels.count; i++) {
    const visible = passes(atlas, filters, i) ? 1 : 0;
    visibility.channels[i] = visible;
    visibility.numChannels += visible;
    if (graph.first[i] === graph.first[i + 1]) visibility.linked[i] = 1;
  }
  for (let link = 0; link < links.count; link++) {
    const a = links.source[link];
    const b = links.target[link];
    if (!visibility.channels[a] || !visibility.channels[b] || links.shared[link] < filters.minShared) continue;
    visibility.links[link] = 1;
    visibility.linked[a] = visibility.linked[b] = 1;
    visibility.numLinks++;
  }
  return visibility;
}

function passes({ channels }: Atlas, filters: Filters, channel: number): boolean {
  return (
    channels.audience[channel] >= filters.minAudience &&
    !filters.hidden.has(channels.community[channel]) &&
    (filters.language < 0 || channels.language[channel] === filters.language) &&
    (filters.game < 0 || channels.game[channel] === filters.game)
  );
}
