// The links seen from the channels: who is next to whom, how strongly, and the shortest way between two.

import type { Atlas } from './atlas';

export class Graph {
  readonly atlas: Atlas;
  /** Links of channel i are order[first[i] .. first[i + 1]), by falling shared count, ties by the other channel. */
  readonly first: Uint32Array;
  readonly order: Uint32Array;
  /** Per link: shared / sqrt(audience * audience), 0..1. */
  readonly cosine: Float32Array;
  /** 90th percentile of cosine: the unit in which strength is drawn. */
  readonly strongCosine: number;
  /** Links by falling cosine: the first n are the n to draw when not all can be. */
  readonly drawingOrder: Uint32Array;

  constructor(atlas: Atlas) {
    this.atlas = atlas;
    this.first = firstOf(atlas);
    this.order = orderOf(atlas, this.first);
    this.cosine = cosineOf(atlas);
    const { cosine } = this;
    this.drawingOrder = Uint32Array.from({ length: cosine.length }, (_, i) => i).sort((a, b) => cosine[b] - cosine[a] || a - b);
    this.strongCosine = cosine[this.drawingOrder[Math.floor(cosine.length * 0.1)]] || 1;
  }

  /** The links of a channel, strongest first. */
  linksOf(channel: number): Uint32Array {
    return this.order.subarray(this.first[channel], this.first[channel + 1]);
  }

  /** The other end of a link. */
  otherEnd(link: number, channel: number): number {
    const { source, target } = this.atlas.links;
    return source[link] === channel ? target[link] : source[link];
  }

  /** The link between two channels, or -1 when there is none (or none that is strong enough to be in the page). */
  linkBetween(a: number, b: number): number {
    const from = this.first[a + 1] - this.first[a] <= this.first[b + 1] - this.first[b] ? a : b;
    const to = from === a ? b : a;
    for (const link of this.linksOf(from)) if (this.otherEnd(link, from) === to) return link;
    return -1;
  }

  /** How many times more viewers two channels share than by chance; NaN when the number of viewers is not known. */
  lift(link: number): number {
    const { links, channels, totalViewers } = this.atlas;
    if (totalViewers <= 0) return NaN;
    return (links.shared[link] * totalViewers) / (channels.audience[links.source[link]] * channels.audience[links.target[link]]);
  }

  /** Part of `channel`'s audience that is also at the other end, 0..1. */
  shareOf(link: number, channel: number): number {
    const audience = this.atlas.channels.audience[channel];
    return audience > 0 ? Math.min(1, this.atlas.links.shared[link] / audience) : 0;
  }
}

function firstOf({ channels, links }: Atlas): Uint32Array {
  const first = new Uint32Array(channels.count + 1);
  for (let i = 0; i < links.count; i++) {
    first[links.source[i] + 1]++;
    first[links.target[i] + 1]++;
  }
  for (let i = 0; i < channels.count; i++) first[i + 1] += first[i];
  return first;
}

function orderOf({ links }: Atlas, first: Uint32Array): Uint32Array {
  const order = new Uint32Array(2 * links.count);
  const next = first.slice();
  // Going through the links strongest first leaves every channel's own list sorted.
  const byStrength = Uint32Array.from({ length: links.count }, (_, i) => i);
  byStrength.sort((a, b) => links.shared[b] - links.shared[a] || a - b);
  for (const link of byStrength) {
    order[next[links.source[link]]++] = link;
    order[next[links.target[link]]++] = link;
  }
  return order;
}

function cosineOf({ channels, links }: Atlas): Float32Array {
  const cosine = new Float32Array(links.count);
  for (let i = 0; i < links.count; i++) {
    const product = channels.audience[links.source[i]] * channels.audience[links.target[i]];
    cosine[i] = product > 0 ? Math.min(1, links.shared[i] / Math.sqrt(product)) : 0;
  }
  return cosine;
}
