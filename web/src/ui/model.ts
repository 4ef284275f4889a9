// The atlas together with the reader's choices: what follows from both, and the choices that touch more than one key.

import type { Atlas } from '../data/atlas';
import { Graph } from '../data/graph';
import { type Path, strongestPath } from '../data/path';
import { type Focus, focusOf } from '../scene/focus';
import { type Visibility, visibilityOf } from '../scene/visibility';
import { FILTER_KEYS, type State, Store } from './state';

export class Model {
  readonly graph: Graph;
  readonly store = new Store();
  private visible: Visibility;
  private pathOf: { key: string; path: Path | null } = { key: '', path: null };

  constructor(readonly atlas: Atlas) {
    this.graph = new Graph(atlas);
    this.visible = visibilityOf(atlas, this.graph, this.store.state);
    this.store.listen((state, changed) => {
      if (FILTER_KEYS.some(changed)) this.visible = visibilityOf(atlas, this.graph, state);
    });
  }

  get state(): State {
    return this.store.state;
  }

  get visibility(): Visibility {
    return this.visible;
  }

  /** The visible links of a channel, strongest first. */
  visibleLinksOf(channel: number): number[] {
    return [...this.graph.linksOf(channel)].filter((link) => this.visible.links[link]);
  }

  /** The strongest visible path between the selected and the compared channel. */
  get path(): Path | null {
    const { selected, compared, hidden, minAudience, minShared, language, game } = this.state;
    if (selected < 0 || compared < 0) return null;
    const key = [selected, compared, [...hidden].join('.'), minAudience, minShared, language, game].join();
    if (this.pathOf.key !== key) {
      this.pathOf = { key, path: strongestPath(this.graph, selected, compared, (link) => this.visible.links[link] === 1) };
    }
    return this.pathOf.path;
  }

  get focus(): Focus | null {
    const { selected, compared, hovered, pathShown, isolated, community } = this.state;
    const chosen = [selected, compared].filter((channel) => channel >= 0);
    const channels = chosen.length > 0 ? chosen : hovered >= 0 ? [hovered] : [];
    return focusOf(this.graph, this.visible, {
      channels: isolated >= 0 && chosen.length === 0 ? [] : channels,
      path: pathShown ? this.path : null,
      community: isolated >= 0 ? isolated : community,
    });
  }

  select(channel: number): void {
    this.store.update({ selected: channel, compared: -1, pathShown: false, community: -1, hovered: -1, choosingCompared: false });
  }

  compareWith(channel: number): void {
    if (this.state.selected < 0 || channel === this.state.selected) return;
    this.store.update({ compared: channel, pathShown: false, hovered: -1, choosingCompared: false });
  }

  /** A channel was clicked or found: it is selected, or compared when the reader asked for that. */
  choose(channel: number, compare: boolean): void {
    if ((compare || this.state.choosingCompared) && this.state.selected >= 0 && channel >= 0) this.compareWith(channel);
    else this.select(channel);
  }

  openCommunity(community: number): void {
    this.store.update({ community, selected: -1, compared: -1, pathShown: false, choosingCompared: false });
  }

  closeCard(): void {
    this.store.update({ selected: -1, compared: -1, pathShown: false, community: -1, choosingCompared: false });
  }

  toggleCommunity(community: number): void {
    const hidden = new Set(this.state.hidden);
    if (!hidden.delete(community)) hidden.add(community);
    this.store.update({ hidden });
  }

  showOnly(community: number): void {
    this.store.update({ hidden: new Set([...this.atlas.communities.keys()].filter((k) => k !== community)) });
  }

  showAllCommunities(): void {
    if (this.state.hidden.size > 0) this.store.update({ hidden: new Set() });
  }

  resetFilters(): void {
    this.store.update({ minAudience: 0, minShared: 0, language: -1, game: -1 });
  }
}
