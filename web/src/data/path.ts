// The strongest way between two channels: Dijkstra over -ln(cosine) + a toll per step, so that a way is as strong as the
// product of its links and few steps win over many.

import type { Graph } from './graph';

/** Toll of one step in nepers: five steps of equal links cost as much as one link that is e times weaker. */
const STEP_TOLL = 0.2;

export interface Path {
  /** Channels from the first to the last. */
  channels: number[];
  links: number[];
}

/** Returns the strongest path over the links that `usable` allows, or null. */
export function strongestPath(graph: Graph, from: number, to: number, usable: (link: number) => boolean): Path | null {
  const numChannels = graph.atlas.channels.count;
  const distance = new Float64Array(numChannels).fill(Infinity);
  const cameBy = new Int32Array(numChannels).fill(-1);
  const settled = new Uint8Array(numChannels);
  const queue = new MinHeap();
  distance[from] = 0;
  queue.push(0, from);
  for (let channel = queue.pop(); channel >= 0 && channel !== to; channel = queue.pop()) {
    if (settled[channel]) continue;
    settled[channel] = 1;
    for (const link of graph.linksOf(channel)) {
      if (!usable(link)) continue;
      const other = graph.otherEnd(link, channel);
      const length = distance[channel] - Math.log(Math.min(0.999, Math.max(1e-9, graph.cosine[link]))) + STEP_TOLL;
      if (length >= distance[other]) continue;
      distance[other] = length;
      cameBy[other] = link;
      queue.push(length, other);
    }
  }
  return distance[to] < Infinity ? walkBack(graph, cameBy, from, to) : null;
}

function walkBack(graph: Graph, cameBy: Int32Array, from: number, to: number): Path {
  const path: Path = { channels: [to], links: [] };
  for (let channel = to; channel !== from; ) {
    const link = cameBy[channel];
    channel = graph.otherEnd(link, channel);
    path.links.push(link);
    path.channels.push(channel);
  }
  path.channels.reverse();
  path.links.reverse();
  return path;
}

/** A binary heap of (key, value); equal keys give the lower value first. */
class MinHeap {
  private readonly keys: number[] = [];
  private readonly values: number[] = [];

  push(key: number, value: number): void {
    this.keys.push(key);
    this.values.push(value);
    let child = this.keys.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.before(child, parent)) break;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** Takes the value of the smallest key, -1 when empty. */
  pop(): number {
    if (this.keys.length === 0) return -1;
    const smallest = this.values[0];
    this.swap(0, this.keys.length - 1);
    this.keys.pop();
    this.values.pop();
    this.sink(0);
    return smallest;
  }

  private sink(start: number): void {
    for (let parent = start; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.keys.length && this.before(child, least)) least = child;
      }
      if (least === parent) return;
      this.swap(parent, least);
      parent = least;
    }
  }

  private before(a: number, b: number): boolean {
    return this.keys[a] < this.keys[b] || (this.keys[a] === this.keys[b] && this.values[a] < this.values[b]);
  }

  private swap(a: number, b: number): void {
    [this.keys[a], this.keys[b]] = [this.keys[b], this.keys[a]];
    [this.values[a], this.values[b]] = [this.values[b], this.values[a]];
  }
}
