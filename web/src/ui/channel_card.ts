// The card of one channel: its figures and its strongest overlaps.

import { type CardActions, channelButton, channelTable, tiles } from './card';
import { csvOf } from './csv';
import { button, dot, foreign, make } from './dom';
import { fullNumber, languageName, percent, plural, shortNumber, times } from './format';
import type { Model } from './model';

const ROWS_AT_FIRST = 12;

export function channelCard(model: Model, actions: CardActions): HTMLElement[] {
  const { atlas, state } = model;
  const channel = state.selected;
  const { channels, communities } = atlas;
  const community = communities[channels.community[channel]];
  const links = model.visibleLinksOf(channel);
  const chip = make(
    'button',
    { class: 'chip', type: 'button', onclick: () => actions.openCommunity(channels.community[channel]) },
    dot(community.color),
    foreign(community.label),
  );
  const parts: (HTMLElement | null)[] = [
    make('h2', {}, foreign(channels.names[channel])),
    sameName(channels.names[channel], channels.ids[channel]) ? null : foreign(channels.ids[channel], 'login'),
    make('div', {}, chip),
    tiles([
      [shortNumber(channels.audience[channel]), 'unique viewers'],
      [`#${fullNumber(channel + 1)}`, `of ${fullNumber(channels.count)}`],
      [fullNumber(linkCount(model, links, channel)), 'linked channels'],
    ]),
    factsOf(model, channel),
    ...overlapsOf(model, actions, channel, links),
    make(
      'div',
      { class: 'actions' },
      button('Compare or find path…', actions.startCompare),
      button('Zoom here', () => actions.zoomTo(channel)),
    ),
  ];
  return parts.filter((part) => part !== null);
}

const sameName = (name: string, login: string): boolean => name.toLowerCase() === login.toLowerCase();

/** All links of the graph unless filters hide some of those in the page. */
function linkCount(model: Model, visible: number[], channel: number): number {
  return visible.length === model.graph.linksOf(channel).length ? model.atlas.channels.degree[channel] : visible.length;
}

function factsOf({ atlas }: Model, channel: number): HTMLElement | null {
  const { channels, games, languages } = atlas;
  const game = games[channels.game[channel]];
  const language = languages[channels.language[channel]];
  const lines: HTMLElement[] = [];
  const kinds = [game, language && languageName(language)].filter((text) => text);
  if (kinds.length > 0) lines.push(make('p', {}, 'Mostly ', foreign(kinds.join(' · '))));
  if (channels.titles[channel]) lines.push(make('p', {}, make('q', { class: 'foreign', dir: 'auto' }, channels.titles[channel])));
  const peak = channels.viewerCount[channel];
  if (peak > 0) lines.push(make('p', {}, `At most ${plural(peak, 'viewer')} at once`));
  return lines.length > 0 ? make('div', { class: 'facts' }, ...lines) : null;
}

function overlapsOf(model: Model, actions: CardActions, channel: number, links: number[]): HTMLElement[] {
  if (links.length === 0) return [make('p', { class: 'note' }, noLinksText(model))];
  const table = make('div', {}, overlapTable(model, actions, channel, links.slice(0, ROWS_AT_FIRST)));
  const parts = [
    make(
      'h3',
      {},
      'Top overlaps',
      make('button', { class: 'link', type: 'button', onclick: () => actions.save(`overlaps-${model.atlas.channels.ids[channel]}.csv`, overlapCsv(model, channel, links)) }, 'CSV'),
    ),
    table,
  ];
  if (links.length > ROWS_AT_FIRST) {
    const all = Math.min(links.length, model.atlas.exactNeighbours, 200);
    const more = make('button', { class: 'link', type: 'button' }, `Show ${fullNumber(all)}`);
    more.addEventListener('click', () => {
      table.replaceChildren(overlapTable(model, actions, channel, links.slice(0, all)));
      more.remove();
    });
    if (all > ROWS_AT_FIRST) parts.push(make('div', { class: 'note' }, more));
  }
  if (links.length > model.atlas.exactNeighbours) {
    parts.push(make('p', { class: 'note' }, `This page holds the ${fullNumber(model.atlas.exactNeighbours)} strongest links of every channel, and not all weaker ones.`));
  }
  return parts;
}

function noLinksText({ atlas, state }: Model): string {
  const least = Math.max(atlas.provenance.threshold, state.minShared);
  return `No visible channel shares ${fullNumber(least)} or more viewers with this one.`;
}

function overlapTable(model: Model, actions: CardActions, channel: number, links: number[]): HTMLTableElement {
  const { graph, atlas } = model;
  const { shared } = atlas.links;
  const withLift = atlas.totalViewers > 0;
  const heads = [{ text: 'Channel' }, { text: 'Shared', title: 'Viewers seen in both channels' }, { text: '% here', title: 'Part of this channel’s viewers' }];
  if (withLift) heads.push({ text: 'Lift', title: 'Times as many as by chance' });
  const rows = links.map((link) => {
    const other = graph.otherEnd(link, channel);
    const { color } = atlas.communities[atlas.channels.community[other]];
    const cells = [
      { text: shortNumber(shared[link]), bar: { part: shared[link] / shared[links[0]], color } },
      { text: percent(graph.shareOf(link, channel)) },
    ];
    return {
      first: channelButton(model, other, actions.open),
      cells: withLift ? [...cells, { text: times(graph.lift(link)) }] : cells,
    };
  });
  const table = channelTable(heads, rows);
  // The exact count, for those who want it and for machines.
  [...table.tBodies[0].rows].forEach((row, i) => {
    row.cells[1].title = `${fullNumber(shared[links[i]])} shared viewers`;
    row.dataset.shared = String(shared[links[i]]);
  });
  return table;
}

export function overlapCsv({ atlas, graph }: Model, channel: number, links: number[]): string {
  const { ids, names } = atlas.channels;
  return csvOf(
    ['id', 'name', 'shared_viewers', 'share_of_this_channel', 'cosine', 'lift'],
    links.map((link) => {
      const other = graph.otherEnd(link, channel);
      const lift = graph.lift(link);
      return [ids[other], names[other], atlas.links.shared[link], graph.shareOf(link, channel).toFixed(6), graph.cosine[link].toFixed(6), Number.isNaN(lift) ? '' : lift.toFixed(4)];
    }),
  );
}
