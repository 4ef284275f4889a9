// Bytes of the page -> Atlas. The format (base64 of gzip of head and columns) is drawn in src/render/page_data.h.

import type { Atlas, Channels, Community, Links, Provenance, Share } from './atlas';

/** Colour of channels without a community, on both grounds. */
const NO_COMMUNITY_COLOR = '#8B93A7';
const NO_COMMUNITY_LIGHT_COLOR = '#5F6A82';

type ColumnType = 'u8' | 'u16' | 'u32' | 'i16' | 'f64';
const COLUMN_BYTES: Record<ColumnType, number> = { u8: 1, u16: 2, i16: 2, u32: 4, f64: 8 };

interface CommunityHead {
  label: string;
  reason: string;
  color: string;
  light_color: string;
  num_channels: number;
  audience: number;
  games: [string, number, number][];
  languages: [string, number, number][];
  representatives: number[];
  rings: number[];
}

interface Head {
  format: number;
  provenance: {
    title: string;
    version: string;
    input_digest: string;
    window_begin: string;
    window_end: string;
    method: string;
    seed: string;
    threshold: number;
    measured_graph: boolean;
    options: [string, string][];
    counts: [string, number][];
  };
  quality: {
    resolution: number;
    quality: number;
    modularity: number;
    density: number;
    num_components: number;
    num_isolated: number;
  };
  total_viewers: number;
  num_edges: number;
  exact_neighbours: number;
  position_unit: number;
  radius_unit: number;
  ids: string[];
  names: string[];
  titles: string[];
  games: string[];
  languages: string[];
  communities: CommunityHead[];
  columns: [string, ColumnType, number][];
}

/** Decodes the text of the data element. Throws with a sentence for the reader when the file is damaged. */
export async function decodeAtlas(base64: string): Promise<Atlas> {
  const bytes = await gunzip(bytesOfBase64(base64.trim()));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headLength))) as Head;
  if (head.format !== 1) throw new Error(`The data of this page has format ${head.format}; this page reads format 1.`);
  return assemble(head, readColumns(head, bytes, 4 + headLength));
}

function bytesOfBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

type Columns = Map<string, Float64Array>;

/** Each column lies in byte planes: all lowest bytes, then all next ones (gzip packs the empty high planes to nothing). */
function readColumns(head: Head, bytes: Uint8Array, begin: number): Columns {
  const columns: Columns = new Map();
  let offset = begin;
  for (const [name, type, count] of head.columns) {
    const width = COLUMN_BYTES[type];
    if (offset + width * count > bytes.length) throw new Error('The data of this page is cut off.');
    columns.set(name, readColumn(bytes.subarray(offset, offset + width * count), type, count));
    offset += width * count;
  }
  return columns;
}

function readColumn(planes: Uint8Array, type: ColumnType, count: number): Float64Array {
  const width = COLUMN_BYTES[type];
  const scratch = new DataView(new ArrayBuffer(8));
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < width; byte++) scratch.setUint8(byte, planes[byte * count + i]);
    switch (type) {
      case 'u8': values[i] = scratch.getUint8(0); break;
      case 'u16': values[i] = scratch.getUint16(0, true); break;
      case 'i16': values[i] = scratch.getInt16(0, true); break;
      case 'u32': values[i] = scratch.getUint32(0, true); break;
      case 'f64': values[i] = scratch.getFloat64(0, true); break;
    }
  }
  return values;
}

function column(columns: Columns, name: string): Float64Array {
  const values = columns.get(name);
  if (!values) throw new Error(`The data of this page has no column "${name}".`);
  return values;
}

function assemble(head: Head, columns: Columns): Atlas {
  const communities = head.communities.map(communityOf);
  readRings(head, columns, communities);
  const channels = channelsOf(head, columns);
  addStandIn(communities, channels);
  const links = linksOf(columns);
  return {
    provenance: provenanceOf(head),
    totalViewers: head.total_viewers,
    channels,
    links,
    communities,
    games: head.games,
    languages: head.languages,
    numLinksOfGraph: head.num_edges,
    exactNeighbours: links.count < head.num_edges ? head.exact_neighbours : Infinity,
  };
}

function provenanceOf(head: Head): Provenance {
  const { provenance, quality } = head;
  return {
    title: provenance.title,
    version: provenance.version,
    inputDigest: provenance.input_digest,
    windowBegin: provenance.window_begin,
    windowEnd: provenance.window_end,
    method: provenance.method,
    seed: provenance.seed,
    threshold: provenance.threshold,
    measuredGraph: provenance.measured_graph,
    options: provenance.options,
    counts: provenance.counts,
    resolution: quality.resolution,
    quality: quality.quality,
    modularity: quality.modularity,
    density: quality.density,
    numComponents: quality.num_components,
    numIsolated: quality.num_isolated,
  };
}

const shareOf = ([value, percent, mapPercent]: [string, number, number]): Share => ({ value, percent, mapPercent });

function communityOf(head: CommunityHead): Community {
  return {
    label: head.label,
    reason: head.reason,
    color: head.color,
    lightColor: head.light_color,
    numChannels: head.num_channels,
    audience: head.audience,
    games: head.games.map(shareOf),
    languages: head.languages.map(shareOf),
    representatives: head.representatives,
    rings: [],
    real: true,
  };
}

/** The outlines of all communities lie in one column, ring by ring, each point as the step from the one before it. */
function readRings(head: Head, columns: Columns, communities: Community[]): void {
  const points = column(columns, 'ring_points');
  let offset = 0;
  head.communities.forEach(({ rings }, index) => {
    for (const length of rings) {
      communities[index].rings.push(ringOf(points.subarray(offset, offset + 2 * length), head.position_unit));
      offset += 2 * length;
    }
  });
}

function ringOf(steps: Float64Array, unit: number): Float32Array {
  const ring = new Float32Array(steps.length);
  let x = 0;
  let y = 0;
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    ring[i] = x * unit;
    ring[i + 1] = y * unit;
  }
  return ring;
}

function channelsOf(head: Head, columns: Columns): Channels {
  const scaled = (name: string, unit: number) => Float32Array.from(column(columns, name), (value) => value * unit);
  return {
    count: head.ids.length,
    ids: head.ids,
    names: head.names.map((name, i) => name || head.ids[i]),
    titles: head.titles.length > 0 ? head.titles : head.ids.map(() => ''),
    x: scaled('x', head.position_unit),
    y: scaled('y', head.position_unit),
    radius: scaled('radius', head.radius_unit),
    audience: column(columns, 'audience'),
    viewerCount: column(columns, 'viewer_count'),
    community: Uint32Array.from(column(columns, 'community')),
    game: Uint32Array.from(column(columns, 'game')),
    language: Uint32Array.from(column(columns, 'language')),
    degree: Uint32Array.from(column(columns, 'degree')),
  };
}

/** Gives the channels without a community (index one past the last) a community of their own, so that all have one. */
function addStandIn(communities: Community[], channels: Channels): void {
  let numChannels = 0;
  let audience = 0;
  channels.community.forEach((community, i) => {
    if (community !== communities.length) return;
    numChannels++;
    audience += channels.audience[i];
  });
  if (numChannels === 0) return;
  communities.push({
    label: 'No community',
    reason: 'These channels belong to no community, or to one that is too small to be named.',
    color: NO_COMMUNITY_COLOR,
    lightColor: NO_COMMUNITY_LIGHT_COLOR,
    numChannels,
    audience,
    games: [],
    languages: [],
    representatives: [],
    rings: [],
    real: false,
  });
}

/** Links are grouped by source; a target is the step from the target before it, the first one from the source. */
function linksOf(columns: Columns): Links {
  const perSource = column(columns, 'edge_count');
  const steps = column(columns, 'edge_step');
  const source = new Uint32Array(steps.length);
  const target = new Uint32Array(steps.length);
  let edge = 0;
  for (let channel = 0; channel < perSource.length; channel++) {
    let last = channel;
    for (let k = 0; k < perSource[channel]; k++, edge++) {
      last += steps[edge];
      source[edge] = channel;
      target[edge] = last;
    }
  }
  return { count: steps.length, source, target, shared: column(columns, 'edge_shared') };
}
