// What is lifted out of the map: a channel and its neighbours, two channels, a path, or one community.

import type { Graph } from '../data/graph';
import type { Path } from '../data/path';
import type { Visibility } from './visibility';

/** Names around a focused channel: its strongest neighbours. */
const NAMED_NEIGHBOURS = 26;
/** Most links drawn in focus. */
export const MAX_FOCUS_LINKS = 2048;

export const enum Emphasis {
  kDimmed = 0,
  kShown = 1,
  kRoot = 2,
}

export interface FocusLink {
  link: number;
  strength: number;
}

export interface Focus {
  /** Emphasis per channel. */
  emphasis: Uint8Array;
  roots: number[];
  /** Channels that show their names, most important first. */
  named: number[];
  communities: Set<number>;
  links: FocusLink[];
}

export interface FocusRequest {
  channels: number[];
  path: Path | null;
  /** Community held alone while the pointer is on its legend row; -1 = none. */
  community: number;
}

/** Returns what to lift out, or null when nothing is asked for. */
export function focusOf(graph: Graph, visibility: Visibility, request: FocusRequest): Focus | null {
  if (request.path) return focusOnPath(graph, request.path);
  if (request.channels.length > 0) return focusOnChannels(graph, visibility, request.channels);
  if (request.community >= 0) return focusOnCommunity(graph, request.community);
  return null;
}

function emptyFocus(graph: Graph): Focus {
  return { emphasis: new Uint8Array(graph.atlas.channels.count), roots: [], named: [], communities: new Set(), links: [] };
}

function focusOnPath(graph: Graph, path: Path): Focus {
  const focus = emptyFocus(graph);
  for (const channel of path.channels) {
    focus.emphasis[channel] = Emphasis.kShown;
    focus.communities.add(graph.atlas.channels.community[channel]);
  }
  focus.roots = [path.channels[0], path.channels[path.channels.length - 1]];
  for (const root of focus.roots) focus.emphasis[root] = Emphasis.kRoot;
  focus.named = path.channels.filter((channel) => !focus.roots.includes(channel));
  focus.links = path.links.map((link) => ({ link, strength: 1.4 }));
  return focus;
}

function focusOnChannels(graph: Graph, visibility: Visibility, roots: number[]): Focus {
  const focus = emptyFocus(graph);
  focus.roots = roots;
  for (const root of roots) addNeighbourhood(graph, visibility, focus, root);
  for (const root of roots) focus.emphasis[root] = Emphasis.kRoot;
  focus.named = [...new Set(focus.named)].filter((channel) => !roots.includes(channel));
  return focus;
}

function addNeighbourhood(graph: Graph, visibility: Visibility, focus: Focus, root: number): void {
  const { community } = graph.atlas.channels;
  const links = [...graph.linksOf(root)].filter((link) => visibility.links[link]);
  // Many additive lines meet at a hub: without this cap its surroundings burn out to white.
  const cap = 1 / Math.max(1, Math.sqrt(links.length / 100));
  focus.communities.add(community[root]);
  links.forEach((link, rank) => {
    const other = graph.otherEnd(link, root);
    focus.emphasis[other] = Emphasis.kShown;
    focus.communities.add(community[other]);
    if (rank < NAMED_NEIGHBOURS) focus.named.push(other);
    const relative = Math.min(1, graph.cosine[link] / graph.strongCosine);
    if (focus.links.length < MAX_FOCUS_LINKS) focus.links.push({ link, strength: (0.25 + 0.65 * relative) * cap });
  });
}

function focusOnCommunity(graph: Graph, community: number): Focus {
  const focus = emptyFocus(graph);
  graph.atlas.channels.community.forEach((of, channel) => {
    if (of === community) focus.emphasis[channel] = Emphasis.kShown;
  });
  focus.communities.add(community);
  return focus;
}
