// The small note beside the pointer.

import { byId, make } from './dom';
import { plural, shortNumber } from './format';
import type { Model } from './model';

export class Tooltip {
  private readonly element = byId('tooltip');
  private shown = -1;

  constructor(private readonly model: Model) {}

  show(channel: number, clientX: number, clientY: number): void {
    this.element.hidden = channel < 0;
    if (channel < 0) {
      this.shown = -1;
      return;
    }
    if (channel !== this.shown) this.fill(channel);
    const { offsetWidth: width, offsetHeight: height } = this.element;
    this.element.style.left = `${Math.max(4, Math.min(innerWidth - width - 8, clientX + 15))}px`;
    this.element.style.top = `${Math.max(4, Math.min(innerHeight - height - 8, clientY + 15))}px`;
  }

  hide(): void {
    this.show(-1, 0, 0);
  }

  private fill(channel: number): void {
    const { channels, communities } = this.model.atlas;
    this.shown = channel;
    this.element.replaceChildren(
      make('b', { class: 'foreign' }, channels.names[channel]),
      make('bdi', {}, communities[channels.community[channel]].label),
      ` · ${shortNumber(channels.audience[channel])} viewers · ${plural(channels.degree[channel], 'link')}`,
    );
  }
}
