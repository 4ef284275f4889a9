// The card of a community: why it is called so, its channels, and the communities that it shares most viewers with.

import type { Share } from '../data/atlas';
import { type CardActions, channelButton, channelTable, tiles } from './card';
import { button, dot, foreign, make } from './dom';
import { fullNumber, languageName, percent, shortNumber } from './format';
import type { Model } from './model';

const CHANNEL_ROWS = 10;
const SHARE_ROWS = 4;
const BRIDGE_ROWS = 5;

export function communityCard(model: Model, actions: CardActions): HTMLElement[] {
  const { atlas, state } = model;
  const community = atlas.communities[state.community];
  const members = membersOf(model, state.community);
  const parts: (HTMLElement | null)[] = [
    make('h2', {}, foreign(community.label)),
    community.reason ? make('p', { class: 'note foreign' }, community.reason) : null,
    tiles([
      [fullNumber(community.numChannels), community.numChannels === 1 ? 'channel' : 'channels'],
      [shortNumber(community.audience), 'viewers, summed'],
      [percent(community.numChannels / Math.max(1, atlas.channels.count)), 'of all channels'],
    ]),
    ...sharesOf('Games', community.games, (value) => value),
    ...sharesOf('Languages', community.languages, languageName),
    make('h3', {}, 'Largest channels'),
    channelTable(
      [{ text: 'Channel' }, { text: 'Unique viewers' }],
      members.slice(0, CHANNEL_ROWS).map((channel) => ({
        first: channelButton(model, channel, actions.open),
        cells: [{ text: shortNumber(atlas.channels.audience[channel]), bar: { part: atlas.channels.audience[channel] / atlas.channels.audience[members[0]], color: community.color } }],
      })),
    ),
    ...bridgesOf(model, actions, state.community),
    make(
      'div',
      { class: 'actions' },
      button('Frame on the map', () => actions.openCommunity(state.community)),
      button('Show only this', () => model.showOnly(state.community)),
    ),
  ];
  return parts.filter((part) => part !== null);
}

function membersOf({ atlas }: Model, community: number): number[] {
  const members: number[] = [];
  atlas.channels.community.forEach((of, channel) => {
    if (of === community) members.push(channel);
  });
  return members;
}

/** "42% here, 9% on the whole map": what sets the community apart. */
function sharesOf(title: string, shares: Share[], nameOf: (value: string) => string): HTMLElement[] {
  if (shares.length === 0) return [];
  return [
    make('h3', {}, title),
    channelTable(
      [{ text: title.slice(0, -1) }, { text: 'Here' }, { text: 'Whole map' }],
      shares.slice(0, SHARE_ROWS).map(({ value, percent: here, mapPercent }) => ({
        first: foreign(nameOf(value), 'clip'),
        cells: [{ text: percent(here / 100) }, { text: percent(mapPercent / 100) }],
      })),
    ),
  ];
}

function bridgesOf(model: Model, actions: CardActions, community: number): HTMLElement[] {
  const { channels, links, communities } = model.atlas;
  const sums = new Float64Array(communities.length);
  for (let link = 0; link < links.count; link++) {
    const a = channels.community[links.source[link]];
    const b = channels.community[links.target[link]];
    if (a === b || (a !== community && b !== community)) continue;
    sums[a === community ? b : a] += links.shared[link];
  }
  const nearest = [...sums.keys()].filter((k) => sums[k] > 0).sort((a, b) => sums[b] - sums[a] || a - b).slice(0, BRIDGE_ROWS);
  if (nearest.length === 0) return [];
  const first = (k: number) =>
    make('button', { class: 'channel', type: 'button', title: communities[k].label, onclick: () => actions.openCommunity(k) }, dot(communities[k].color), make('bdi', { class: 'clip' }, communities[k].label));
  return [
    make('h3', {}, 'Shares most viewers with'),
    channelTable(
      [{ text: 'Community' }, { text: 'Over all links' }],
      nearest.map((k) => ({ first: first(k), cells: [{ text: shortNumber(sums[k]), bar: { part: sums[k] / sums[nearest[0]], color: communities[k].color } }] })),
    ),
  ];
}
