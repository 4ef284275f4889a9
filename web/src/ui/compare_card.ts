// The card of two channels: what they share, the strongest path between them, and their common neighbours.

import type { Path } from '../data/path';
import { type CardActions, channelButton, channelTable, tiles } from './card';
import { button, dot, foreign, make } from './dom';
import { fullNumber, percent, shortNumber, times } from './format';
import type { Model } from './model';

const COMMON_ROWS = 10;

export function compareCard(model: Model, actions: CardActions): HTMLElement[] {
  const { selected, compared } = model.state;
  const common = commonNeighbours(model, selected, compared);
  return [
    make('h3', {}, 'Compare'),
    make('p', { class: 'pair' }, nameOf(model, selected), nameOf(model, compared)),
    figuresOf(model, selected, compared),
    make('h3', {}, 'Strongest path'),
    ...pathParts(model, actions, model.path),
    make('h3', {}, `Both share viewers with ${fullNumber(common.length)}`),
    commonTable(model, actions, common.slice(0, COMMON_ROWS)),
  ];
}

function nameOf({ atlas }: Model, channel: number): HTMLElement {
  const { channels, communities } = atlas;
  return make('span', {}, dot(communities[channels.community[channel]].color), foreign(channels.names[channel]));
}

function figuresOf(model: Model, a: number, b: number): HTMLElement {
  const { graph, atlas } = model;
  const link = graph.linkBetween(a, b);
  if (link < 0) {
    // The graph holds no count below the threshold: the truth is "fewer than", not 0.
    const bound = boundOf(model, a, b);
    return tiles([[`< ${shortNumber(bound)}`, 'shared viewers'], ['–', 'of each'], ['–', 'lift']]);
  }
  const lift = graph.lift(link);
  return tiles([
    [shortNumber(atlas.links.shared[link]), 'shared viewers'],
    [`${percent(graph.shareOf(link, a))} / ${percent(graph.shareOf(link, b))}`, 'of each'],
    Number.isNaN(lift) ? [graph.cosine[link].toFixed(3), 'cosine'] : [times(lift), 'lift'],
  ]);
}

/** What an absent link is known to be below: the threshold, or the weakest link held of both channels. */
function boundOf({ atlas, graph }: Model, a: number, b: number): number {
  const { threshold } = atlas.provenance;
  if (atlas.exactNeighbours === Infinity) return Math.max(1, threshold);
  const weakest = (channel: number) => {
    const links = graph.linksOf(channel);
    if (atlas.channels.degree[channel] <= links.length) return threshold;
    return atlas.links.shared[links[Math.min(links.length, atlas.exactNeighbours) - 1]] + 1;
  };
  return Math.max(1, Math.min(weakest(a), weakest(b)));
}

function pathParts(model: Model, actions: CardActions, path: Path | null): HTMLElement[] {
  if (!path) return [make('p', { class: 'note' }, 'No path with the current filters.')];
  const shown = model.state.pathShown;
  return [
    make('ol', { class: 'steps' }, ...path.channels.map((channel) => make('li', {}, channelButton(model, channel, actions.open)))),
    make(
      'div',
      { class: 'actions' },
      button(shown ? 'Show both neighbourhoods' : 'Show path on the map', () => model.store.update({ pathShown: !shown }), { 'aria-pressed': String(shown) }),
    ),
  ];
}

interface Common {
  channel: number;
  withFirst: number;
  withSecond: number;
}

/** Visible neighbours of both, by the smaller of the two counts. */
function commonNeighbours(model: Model, a: number, b: number): Common[] {
  const { graph, atlas } = model;
  const withFirst = new Map(model.visibleLinksOf(a).map((link) => [graph.otherEnd(link, a), atlas.links.shared[link]]));
  const common: Common[] = [];
  for (const link of model.visibleLinksOf(b)) {
    const channel = graph.otherEnd(link, b);
    const first = withFirst.get(channel);
    if (first !== undefined) common.push({ channel, withFirst: first, withSecond: atlas.links.shared[link] });
  }
  const least = ({ withFirst: first, withSecond }: Common) => Math.min(first, withSecond);
  return common.sort((x, y) => least(y) - least(x) || x.channel - y.channel);
}

function commonTable(model: Model, actions: CardActions, common: Common[]): HTMLElement {
  const { names } = model.atlas.channels;
  const { selected, compared } = model.state;
  return channelTable(
    [{ text: 'Channel' }, { text: 'First', title: `Shared with ${names[selected]}` }, { text: 'Second', title: `Shared with ${names[compared]}` }],
    common.map(({ channel, withFirst, withSecond }) => ({
      first: channelButton(model, channel, actions.open),
      cells: [{ text: shortNumber(withFirst) }, { text: shortNumber(withSecond) }],
    })),
  );
}
