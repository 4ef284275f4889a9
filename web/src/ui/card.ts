// The card on the right: a channel, two channels compared, or a community.

import { channelCard } from './channel_card';
import { communityCard } from './community_card';
import { compareCard } from './compare_card';
import { byId, closeButton, dot, make } from './dom';
import type { Model } from './model';
import { FILTER_KEYS } from './state';

/** What cards ask of the rest of the page. */
export interface CardActions {
  /** Shows a channel's card and flies there. */
  open(channel: number): void;
  zoomTo(channel: number): void;
  openCommunity(community: number): void;
  startCompare(): void;
  save(name: string, csv: string): void;
}

export class Card {
  private readonly element = byId('card');

  constructor(
    private readonly model: Model,
    private readonly actions: CardActions,
  ) {
    model.store.listen((_, changed) => {
      if (changed('selected') || changed('compared') || changed('pathShown') || changed('community') || FILTER_KEYS.some(changed)) this.render();
    });
    this.render();
  }

  private render(): void {
    const { selected, compared, community } = this.model.state;
    const content =
      selected >= 0 && compared >= 0 ? compareCard(this.model, this.actions)
      : selected >= 0 ? channelCard(this.model, this.actions)
      : community >= 0 ? communityCard(this.model, this.actions)
      : null;
    this.element.hidden = content === null;
    this.element.replaceChildren(...(content ? [closeButton(() => this.model.closeCard()), ...content] : []));
    this.element.scrollTop = 0;
  }
}

/** The parts that cards are made of. */

export function channelButton(model: Model, channel: number, open: (channel: number) => void): HTMLButtonElement {
  const { channels, communities } = model.atlas;
  const name = channels.names[channel];
  const hover = (value: number) => () => model.store.update({ hovered: value });
  return make(
    'button',
    {
      class: 'channel',
      type: 'button',
      title: name,
      'data-id': channels.ids[channel],
      onclick: () => open(channel),
      onpointerenter: hover(channel),
      onpointerleave: hover(-1),
    },
    dot(communities[channels.community[channel]].color),
    make('bdi', { class: 'clip' }, name),
  );
}

/** Three figures side by side. */
export function tiles(figures: [value: string, label: string][]): HTMLElement {
  return make('dl', { class: 'tiles' }, ...figures.map(([value, label]) => make('div', {}, make('dt', {}, label), make('dd', {}, value))));
}

export interface Cell {
  text: string;
  /** Length of the bar under the text, 0..1, and its colour. */
  bar?: { part: number; color: string };
}

/** A table whose first column is channels. */
export function channelTable(heads: { text: string; title?: string }[], rows: { first: HTMLElement; cells: Cell[] }[]): HTMLTableElement {
  const head = heads.map(({ text, title }) => make('th', { scope: 'col', title }, text));
  const body = rows.map(({ first, cells }) => make('tr', {}, make('td', {}, first), ...cells.map(cellOf)));
  return make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...body));
}

function cellOf({ text, bar }: Cell): HTMLTableCellElement {
  if (!bar) return make('td', {}, text);
  return make('td', { class: 'bar', style: { '--part': `${(bar.part * 100).toFixed(1)}%`, '--color': bar.color } }, text);
}
