// The combobox that finds channels.

import { folded, SearchIndex } from '../data/search';
import { byId, dot, make } from './dom';
import { shortNumber } from './format';
import type { Model } from './model';

const MAX_MATCHES = 8;

export class SearchBox {
  private readonly input = byId<HTMLInputElement>('search');
  private readonly list = byId<HTMLUListElement>('matches');
  private readonly index: SearchIndex;
  private matches: number[] = [];
  private current = -1;

  /** `chosen` is called with the channel that the reader picks. */
  constructor(
    private readonly model: Model,
    private readonly chosen: (channel: number) => void,
  ) {
    this.index = new SearchIndex(model.atlas.channels);
    this.input.addEventListener('input', () => this.show());
    this.input.addEventListener('focus', () => this.show());
    this.input.addEventListener('blur', () => this.leave());
    this.input.addEventListener('keydown', (event) => this.onKey(event));
    model.store.listen((state, changed) => {
      if (changed('choosingCompared')) this.input.placeholder = state.choosingCompared ? 'Compare with…' : 'Find a channel';
    });
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private show(): void {
    const query = this.input.value;
    this.matches = this.index.find(query, MAX_MATCHES);
    this.current = this.matches.length > 0 ? 0 : -1;
    const open = query.trim() !== '';
    this.list.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
    this.list.replaceChildren(...(this.matches.length > 0 ? this.matches.map((channel, row) => this.rowOf(channel, row, query)) : [nothingFound()]));
    this.mark();
  }

  private rowOf(channel: number, row: number, query: string): HTMLLIElement {
    const { channels, communities } = this.model.atlas;
    const item = make(
      'li',
      { role: 'option', id: `match-${row}` },
      dot(communities[channels.community[channel]].color),
      highlighted(channels.names[channel], query),
      make('small', {}, shortNumber(channels.audience[channel])),
    );
    // Before the field loses the focus, which would close the list.
    item.addEventListener('pointerdown', (event) => event.preventDefault());
    item.addEventListener('click', () => this.choose(row));
    return item;
  }

  private mark(): void {
    [...this.list.children].forEach((item, row) => {
      if (this.matches.length > 0) item.setAttribute('aria-selected', String(row === this.current));
    });
    if (this.current >= 0) this.input.setAttribute('aria-activedescendant', `match-${this.current}`);
    else this.input.removeAttribute('aria-activedescendant');
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (this.matches.length === 0) return;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.current = (this.current + step + this.matches.length) % this.matches.length;
      this.mark();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.choose(this.current);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      this.clear();
      byId('map').focus();
    }
  }

  private choose(row: number): void {
    const channel = this.matches[row];
    if (channel === undefined) return;
    this.clear();
    this.input.blur();
    byId('map').focus({ preventScroll: true });
    this.chosen(channel);
  }

  private clear(): void {
    this.input.value = '';
    this.show();
  }

  private leave(): void {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}

function nothingFound(): HTMLLIElement {
  return make('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, 'No channel by that name');
}

/** The name with the found part marked, when folding has kept its letters in place. */
function highlighted(name: string, query: string): HTMLElement {
  const wanted = folded(query.trim());
  const at = folded(name).indexOf(wanted);
  if (at < 0 || folded(name).length !== name.length) return make('bdi', { class: 'clip' }, name);
  const end = at + wanted.length;
  return make('bdi', { class: 'clip' }, name.slice(0, at), make('mark', {}, name.slice(at, end)), name.slice(end));
}
