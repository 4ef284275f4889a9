// The map as the page holds it: plain values, built once by decode.ts and never changed.

export interface Share {
  value: string;
  percent: number;
  mapPercent: number;
}

export interface Community {
  label: string;
  reason: string;
  /** "#rrggbb" fill, the same on both grounds. */
  color: string;
  /** "#rrggbb" for rims and names on the light ground. */
  lightColor: string;
  numChannels: number;
  /** Sum of the channels' audiences. */
  audience: number;
  games: Share[];
  languages: Share[];
  /** Channel indices. */
  representatives: number[];
  /** Closed outlines in map units, x and y in turn; even-odd fill. The largest comes first. */
  rings: Float32Array[];
  /** False for the stand-in that holds the channels without a community. */
  real: boolean;
}

export interface Provenance {
  title: string;
  version: string;
  inputDigest: string;
  windowBegin: string;
  windowEnd: string;
  method: string;
  seed: string;
  threshold: number;
  measuredGraph: boolean;
  options: [string, string][];
  counts: [string, number][];
  resolution: number;
  quality: number;
  modularity: number;
  density: number;
  numComponents: number;
  numIsolated: number;
}

/** Channels are sorted by falling audience, so that a lower index is a larger channel. */
export interface Channels {
  count: number;
  ids: string[];
  names: string[];
  titles: string[];
  /** Map units, disc of radius 1000, y downwards. */
  x: Float32Array;
  y: Float32Array;
  radius: Float32Array;
  audience: Float64Array;
  /** Highest concurrent viewers; 0 = not reported. */
  viewerCount: Float64Array;
  /** Index into Atlas.communities, always valid. */
  community: Uint32Array;
  /** Index into Atlas.games / Atlas.languages; the entry 0 is "not known". */
  game: Uint32Array;
  language: Uint32Array;
  /** Links in the whole graph, also those that the page does not hold. */
  degree: Uint32Array;
}

/** Sorted by (source, target), source < target. */
export interface Links {
  count: number;
  source: Uint32Array;
  target: Uint32Array;
  shared: Float64Array;
}

export interface Atlas {
  provenance: Provenance;
  /** Distinct viewers of the whole map; 0 = not known, then there is no lift. */
  totalViewers: number;
  channels: Channels;
  links: Links;
  communities: Community[];
  games: string[];
  languages: string[];
  /** Links of the graph; more than links.count when the page holds only the strongest. */
  numLinksOfGraph: number;
  /** How many strongest links of each channel are certain to be here; Infinity when all are. */
  exactNeighbours: number;
}
