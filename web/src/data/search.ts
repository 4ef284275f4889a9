// Finding channels by a part of their name or login.

import type { Channels } from './atlas';

/** Folds case and accents, so that "pokemon" finds "Pokémon". */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{Mark}+/gu, '').toLowerCase();
}

export class SearchIndex {
  private readonly names: string[];
  private readonly ids: string[];

  constructor(channels: Channels) {
    this.names = channels.names.map(folded);
    this.ids = channels.ids.map(folded);
  }

  /** Channels whose name or login holds `query`: those that begin with it first, then by audience. */
  find(query: string, limit: number): number[] {
    const wanted = folded(query.trim());
    if (wanted === '') return [];
    const beginning: number[] = [];
    const inside: number[] = [];
    for (let i = 0; i < this.names.length && beginning.length < limit; i++) {
      if (this.names[i].startsWith(wanted) || this.ids[i].startsWith(wanted)) beginning.push(i);
      else if (inside.length < limit && (this.names[i].includes(wanted) || this.ids[i].includes(wanted))) inside.push(i);
    }
    return beginning.concat(inside).slice(0, limit);
  }
}
