// What the page says in words: the line under the map, and the sentence for screen readers.

import { byId } from './dom';
import { fullNumber, plural } from './format';
import type { Model } from './model';

export class Announcer {
  private readonly status = byId('status');
  private readonly spoken = byId('announcer');

  constructor(private readonly model: Model) {
    model.store.listen((state, changed) => {
      if (changed('selected') || changed('compared')) this.say(state.compared >= 0 ? this.comparisonSentence() : this.channelSentence());
      this.render();
    });
    this.render();
  }

  say(sentence: string): void {
    this.spoken.textContent = sentence;
  }

  private render(): void {
    const { atlas, visibility } = this.model;
    const { numChannels, numLinks } = visibility;
    const all = atlas.channels.count;
    const channels = numChannels === all ? plural(all, 'channel') : `${fullNumber(numChannels)} of ${plural(all, 'channel')}`;
    const links =
      atlas.links.count < atlas.numLinksOfGraph
        ? `links shown: strongest ${fullNumber(numLinks)} of ${fullNumber(atlas.numLinksOfGraph)}`
        : plural(numLinks, 'link');
    this.status.textContent = `${channels} · ${links} · circle area: unique viewers`;
    document.body.dataset.shown = String(numChannels);
    document.body.dataset.links = String(numLinks);
  }

  private channelSentence(): string {
    const { atlas, graph, state } = this.model;
    const { channels, communities } = atlas;
    const channel = state.selected;
    if (channel < 0) return '';
    const nearest = this.model.visibleLinksOf(channel).slice(0, 3).map((link) => channels.names[graph.otherEnd(link, channel)]);
    const most = nearest.length > 0 ? ` Most shared with ${nearest.join(', ')}.` : '';
    return (
      `${channels.names[channel]}, ${communities[channels.community[channel]].label}, ${plural(channels.audience[channel], 'unique viewer')}, ` +
      `${plural(channels.degree[channel], 'linked channel')}.${most}`
    );
  }

  private comparisonSentence(): string {
    const { atlas, graph, state } = this.model;
    const { names } = atlas.channels;
    const link = graph.linkBetween(state.selected, state.compared);
    const pair = `${names[state.selected]} and ${names[state.compared]}`;
    return link < 0 ? `${pair} share too few viewers to be linked.` : `${pair} share ${plural(atlas.links.shared[link], 'viewer')}.`;
  }
}
