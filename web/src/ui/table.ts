// All visible channels as a table: the twin of the map for screen readers, and for those who like lists.

import { channelButton } from './card';
import { button, byId, foreign, make } from './dom';
import { fullNumber, plural } from './format';
import type { Model } from './model';
import { FILTER_KEYS } from './state';

type Key = 'name' | 'community' | 'audience' | 'links' | 'strongest';

const COLUMNS: { key: Key; title: string; descending: boolean }[] = [
  { key: 'name', title: 'Channel', descending: false },
  { key: 'community', title: 'Community', descending: false },
  { key: 'audience', title: 'Unique viewers', descending: true },
  { key: 'links', title: 'Links', descending: true },
  { key: 'strongest', title: 'Strongest overlap', descending: true },
];
/** Rows are added as the reader scrolls: ten thousand at once would take seconds. */
const ROWS_PER_PORTION = 200;

export class ChannelTable {
  private readonly element = byId('table');
  private key: Key = 'audience';
  private descending = true;
  private channels: number[] = [];
  private body: HTMLTableSectionElement | null = null;

  constructor(
    private readonly model: Model,
    private readonly open: (channel: number) => void,
    private readonly mapWorks: boolean,
  ) {
    model.store.listen((_, changed) => {
      if (this.isOpen && FILTER_KEYS.some(changed)) this.render();
    });
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  toggle(open = !this.isOpen): void {
    this.element.hidden = !open;
    if (open) {
      this.render();
      this.element.querySelector<HTMLElement>('.button, .channel')?.focus();
    } else {
      this.element.replaceChildren();
      byId('map').focus({ preventScroll: true });
    }
  }

  private render(): void {
    this.channels = this.sortedChannels();
    const heading = make('h2', {}, plural(this.channels.length, 'channel'));
    const header = make('header', {}, heading, this.mapWorks ? button('Back to the map', () => this.toggle(false)) : null);
    const note = this.mapWorks ? null : make('p', { class: 'note' }, 'This browser has no WebGL2, which draws the map. The table holds the same channels.');
    this.body = make('tbody');
    const table = make(
      'table',
      { 'aria-rowcount': this.channels.length + 1 },
      make('caption', { class: 'unseen' }, 'Channels with community, audience and strongest overlap'),
      make('thead', {}, make('tr', {}, ...COLUMNS.map((column) => this.headOf(column)))),
      this.body,
    );
    const scroll = make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Channels' }, note, table);
    scroll.addEventListener('scroll', () => {
      if (scroll.scrollTop + scroll.clientHeight > scroll.scrollHeight - 600) this.addRows();
    });
    this.element.replaceChildren(header, scroll);
    this.addRows();
  }

  private headOf({ key, title, descending }: (typeof COLUMNS)[number]): HTMLTableCellElement {
    const sort = () => {
      this.descending = this.key === key ? !this.descending : descending;
      this.key = key;
      this.render();
      this.element.querySelector<HTMLElement>('th[aria-sort] button')?.focus();
    };
    const sorted = this.key === key ? (this.descending ? 'descending' : 'ascending') : undefined;
    const arrow = this.key === key ? (this.descending ? ' ↓' : ' ↑') : '';
    return make('th', { scope: 'col', 'aria-sort': sorted }, make('button', { type: 'button', onclick: sort }, title + arrow));
  }

  private addRows(): void {
    const first = this.body!.rows.length;
    const rows = this.channels.slice(first, first + ROWS_PER_PORTION).map((channel) => this.rowOf(channel));
    this.body!.append(...rows);
  }

  private rowOf(channel: number): HTMLTableRowElement {
    const { atlas, graph } = this.model;
    const { channels, communities, links } = atlas;
    const [strongest] = this.model.visibleLinksOf(channel);
    const choose = (chosen: number) => {
      if (this.mapWorks) this.toggle(false);
      this.open(chosen);
    };
    return make(
      'tr',
      {},
      make('td', {}, channelButton(this.model, channel, choose)),
      make('td', {}, foreign(communities[channels.community[channel]].label)),
      make('td', {}, fullNumber(channels.audience[channel])),
      make('td', {}, fullNumber(channels.degree[channel])),
      strongest === undefined
        ? make('td', {}, '–')
        : make('td', {}, foreign(channels.names[graph.otherEnd(strongest, channel)]), ` (${fullNumber(links.shared[strongest])})`),
    );
  }

  private sortedChannels(): number[] {
    const { atlas, visibility } = this.model;
    const { channels, communities } = atlas;
    const shown = [...visibility.channels.keys()].filter((i) => visibility.channels[i]);
    const direction = this.descending ? -1 : 1;
    if (this.key === 'name' || this.key === 'community') {
      const collator = new Intl.Collator('en', { numeric: true });
      const textOf = (i: number) => (this.key === 'name' ? channels.names[i] : communities[channels.community[i]].label);
      return shown.sort((a, b) => direction * collator.compare(textOf(a), textOf(b)) || a - b);
    }
    const values = this.key === 'audience' ? channels.audience : this.key === 'links' ? channels.degree : this.strongestShared(shown);
    return shown.sort((a, b) => direction * (values[a] - values[b]) || a - b);
  }

  private strongestShared(shown: number[]): Float64Array {
    const shared = new Float64Array(this.model.atlas.channels.count);
    for (const channel of shown) {
      const [link] = this.model.visibleLinksOf(channel);
      if (link !== undefined) shared[channel] = this.model.atlas.links.shared[link];
    }
    return shared;
  }
}
