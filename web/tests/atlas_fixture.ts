// A random atlas with known links, made from a seed that a failing test prints.

import type { Atlas, Community } from '../src/data/atlas';

/** Cells of a square grid in which channels stand, and how far from the middle of theirs: circles (radius <= 40) stay apart. */
const CELL = 110;
const JITTER = 28;

/** Numbers in [0, 1) from a seed (a 32-bit mixing generator). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const community = (label: string): Community => ({
  label, reason: '', color: '#786CFE', lightColor: '#6E60F1', numChannels: 0, audience: 0, games: [], languages: [], representatives: [], rings: [], real: true,
});

export function randomAtlas(seed: number, numChannels: number, density: number): Atlas {
  const random = randomFrom(seed);
  const index = [...Array(numChannels).keys()];
  const pairs: [number, number][] = [];
  for (const a of index) for (let b = a + 1; b < numChannels; b++) if (random() < density) pairs.push([a, b]);
  const side = Math.ceil(Math.sqrt(numChannels));
  const coordinate = (cell: number) => (cell - (side - 1) / 2) * CELL + (random() - 0.5) * JITTER;
  const audience = Float64Array.from(index, () => 1000 + random() * 99_000).sort().reverse();
  const numCommunities = 4;
  return {
    provenance: {
      title: '', version: '', inputDigest: '', windowBegin: '', windowEnd: '', method: '', seed: '0', threshold: 1, measuredGraph: true,
      options: [], counts: [], resolution: 1, quality: 0, modularity: 0, density: 0, numComponents: 1, numIsolated: 0,
    },
    totalViewers: 1_000_000,
    channels: {
      count: numChannels,
      ids: index.map((i) => `channel${i}`),
      names: index.map((i) => `Channel ${i}`),
      titles: index.map(() => ''),
      x: Float32Array.from(index, (i) => coordinate((i * 7) % numChannels % side)),
      y: Float32Array.from(index, (i) => coordinate(Math.floor(((i * 7) % numChannels) / side))),
      radius: Float32Array.from(audience, (value) => 40 * Math.sqrt(value / 100_000)),
      audience,
      viewerCount: new Float64Array(numChannels),
      community: Uint32Array.from(index, (i) => i % numCommunities),
      game: Uint32Array.from(index, (i) => i % 3),
      language: Uint32Array.from(index, (i) => i % 2),
      degree: Uint32Array.from(index, (i) => pairs.filter(([a, b]) => a === i || b === i).length),
    },
    links: {
      count: pairs.length,
      source: Uint32Array.from(pairs, ([a]) => a),
      target: Uint32Array.from(pairs, ([, b]) => b),
      shared: Float64Array.from(pairs, () => 1 + Math.floor(random() * 900)),
    },
    communities: Array.from({ length: numCommunities }, (_, k) => community(`Community ${k}`)),
    games: ['', 'Chess', 'Tetris'],
    languages: ['', 'en'],
    numLinksOfGraph: pairs.length,
    exactNeighbours: Infinity,
  };
}
