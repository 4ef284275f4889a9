// The known numbers, seen from the channels: computed here from the bare list of edges, apart from the page's own code.

export class Truth {
  constructor({ channels, edges, communities, threshold, totalViewers, title }) {
    Object.assign(this, { channels, edges, communities, threshold, totalViewers, title });
  }

  indexOf(id) {
    return this.channels.findIndex((channel) => channel.id === id);
  }

  /** Overlaps of a channel, most shared viewers first. */
  overlapsOf(index) {
    return this.edges
      .filter(([a, b]) => a === index || b === index)
      .map(([a, b, shared]) => ({ other: a === index ? b : a, shared, edge: [a, b] }))
      .sort((x, y) => y.shared - x.shared || x.edge[0] - y.edge[0] || x.edge[1] - y.edge[1]);
  }

  shared(a, b) {
    return this.edges.find(([x, y]) => (x === a && y === b) || (x === b && y === a))?.[2];
  }

  share(shared, index) {
    return shared / this.channels[index].audience;
  }

  lift(a, b, shared) {
    return (shared * this.totalViewers) / (this.channels[a].audience * this.channels[b].audience);
  }

  /** Channels that pass `keep`, and links between them that share at least `minShared`. */
  counts(keep, minShared = 0) {
    const kept = this.channels.map(keep);
    return {
      channels: kept.filter(Boolean).length,
      links: this.edges.filter(([a, b, shared]) => kept[a] && kept[b] && shared >= minShared).length,
    };
  }

  /** Length of the shortest path in -ln(cosine) + 0.2 per step, by plain relaxation. */
  pathLength(from, to) {
    const distance = this.channels.map(() => Infinity);
    distance[from] = 0;
    for (let changed = true; changed; ) {
      changed = false;
      for (const [a, b] of this.edges) {
        const length = this.stepLength(a, b);
        if (distance[a] + length < distance[b] - 1e-12) { distance[b] = distance[a] + length; changed = true; }
        if (distance[b] + length < distance[a] - 1e-12) { distance[a] = distance[b] + length; changed = true; }
      }
    }
    return distance[to];
  }

  stepLength(a, b) {
    this.cosines ??= new Map(this.edges.map(([x, y, shared]) => [`${x} ${y}`, shared / Math.sqrt(this.channels[x].audience * this.channels[y].audience)]));
    const cosine = this.cosines.get(`${Math.min(a, b)} ${Math.max(a, b)}`);
    return -Math.log(Math.min(0.999, cosine)) + 0.2;
  }
}

/** As the page writes numbers, written again here. */
export function short(value) {
  if (value >= 1e7) return `${Math.round(value / 1e6)}M`;
  if (value >= 999_500) return `${(value / 1e6).toFixed(2)}M`;
  if (value >= 9950) return `${Math.round(value / 1e3)}k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)}k`;
  return String(value);
}

export function percent(part) {
  const value = part * 100;
  if (value >= 9.95) return `${Math.round(value)}%`;
  return `${value.toFixed(value >= 0.095 ? 1 : 2)}%`;
}
