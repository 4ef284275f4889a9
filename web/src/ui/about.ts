// "How this map was made": where it comes from, what its numbers mean, and what they do not.

import type { Atlas } from '../data/atlas';
import { byId, closeButton, foreign, make } from './dom';
import { fullNumber, plural, windowOf } from './format';

const KEYS: [string[], string][] = [
  [['/'], 'search'],
  [['+', '−'], 'zoom'],
  [['0'], 'whole map'],
  [['N', 'P'], 'walk through overlaps'],
  [['T'], 'table'],
  [['Esc'], 'close'],
];

export class About {
  private readonly dialog = byId<HTMLDialogElement>('about');

  constructor(atlas: Atlas, numLinksInPage: number) {
    this.dialog.replaceChildren(
      closeButton(() => this.dialog.close()),
      make('h2', { id: 'about-title' }, 'How this map was made'),
      ...introduction(atlas),
      make('h3', {}, 'How to read it'),
      ...readingNotes(atlas, numLinksInPage),
      make('h3', {}, 'Keys'),
      keys(),
      make('h3', {}, 'Provenance'),
      definitions(provenanceRows(atlas)),
      ...folded('All options of the analysis', atlas.provenance.options),
      ...folded('Counts', atlas.provenance.counts.map(([name, count]) => [name, fullNumber(count)])),
    );
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  open(): void {
    this.dialog.showModal();
  }
}

function introduction({ provenance, channels, totalViewers, numLinksOfGraph, communities }: Atlas): HTMLElement[] {
  const viewers = totalViewers > 0 ? ` and ${plural(totalViewers, 'viewer')}` : '';
  const named = communities.filter(({ real }) => real).length;
  const parts = [
    make(
      'p',
      {},
      `${plural(channels.count, 'channel')}${viewers} were looked at. Two channels are linked when at least ${plural(provenance.threshold, 'viewer')} were present in both: ` +
        `${plural(numLinksOfGraph, 'link')}. Channels with many links among themselves form ${plural(named, 'community', 'communities')}.`,
    ),
  ];
  if (provenance.method) parts.push(make('p', { class: 'foreign' }, provenance.method));
  return parts;
}

function readingNotes({ totalViewers, numLinksOfGraph, exactNeighbours }: Atlas, numLinksInPage: number): HTMLElement[] {
  const lift = totalViewers > 0 ? ' Lift is how many times more viewers two channels share than chance would give them.' : '';
  const notes = [
    'The area of a circle is its channel’s number of unique viewers; its colour is its community. Brighter lines are stronger links, measured against the sizes of both channels.',
    `Nearness is suggestive, not proof: the layout pulls linked channels together, but a plane cannot keep all distances. The counts in the cards are exact.${lift}`,
    'A viewer is a name seen in a chat. People who watch without chatting may be missing, and one person may have several names.',
  ];
  if (numLinksInPage < numLinksOfGraph) {
    notes.push(`This page holds the strongest ${fullNumber(numLinksInPage)} of ${plural(numLinksOfGraph, 'link')}: at least the ${exactNeighbours} strongest of every channel.`);
  }
  return notes.map((text) => make('p', {}, text));
}

function keys(): HTMLElement {
  const parts = KEYS.flatMap(([names, meaning], i) => [...(i > 0 ? [' · '] : []), ...names.flatMap((name) => [make('kbd', {}, name), ' ']), meaning]);
  return make('p', { class: 'keys' }, ...parts, ' · arrows move · shift-click compares');
}

function provenanceRows({ provenance }: Atlas): [string, string][] {
  const rows: [string, string][] = [
    ['Window', windowOf(provenance.windowBegin, provenance.windowEnd)],
    ['Threshold', plural(provenance.threshold, 'shared viewer')],
    ['Seed', provenance.seed],
    ['Resolution', String(provenance.resolution)],
    ['Modularity', `${provenance.modularity.toFixed(4)} (${provenance.quality.toFixed(4)} at the resolution used)`],
    ['Density', provenance.density.toPrecision(3)],
    ['Components', `${fullNumber(provenance.numComponents)}, ${plural(provenance.numIsolated, 'isolated channel')}`],
    ['Input', provenance.inputDigest],
    ['Entered as', provenance.measuredGraph ? 'a measured graph' : 'presence in chats'],
    ['Made with', `ViewerAtlas ${provenance.version}`],
  ];
  return rows.filter(([, value]) => value !== '');
}

function definitions(rows: readonly (readonly [string, string])[]): HTMLElement {
  return make('dl', {}, ...rows.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, foreign(value))]));
}

function folded(title: string, rows: [string, string][]): HTMLElement[] {
  if (rows.length === 0) return [];
  return [make('details', {}, make('summary', {}, `${title} (${rows.length})`), definitions(rows))];
}
