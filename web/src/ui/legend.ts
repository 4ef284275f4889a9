// The list of communities: toggles, counts, "only", and a name that frames the region and opens its card.

import { byId, dot, make } from './dom';
import { fullNumber } from './format';
import type { Model } from './model';

interface Row {
  item: HTMLLIElement;
  toggle: HTMLButtonElement;
}

export class Legend {
  private readonly rows: Row[];

  /** `opened` is called when a community's name is clicked. */
  constructor(
    private readonly model: Model,
    private readonly opened: (community: number) => void,
  ) {
    this.rows = model.atlas.communities.map((_, community) => this.makeRow(community));
    byId('legend').replaceChildren(...this.rows.map(({ item }) => item));
    byId('show-all').addEventListener('click', () => model.showAllCommunities());
    model.store.listen((_, changed) => {
      if (changed('hidden') || changed('community')) this.render();
    });
    this.render();
  }

  private makeRow(community: number): Row {
    const { model } = this;
    const { label, color, numChannels } = model.atlas.communities[community];
    const toggle = make(
      'button',
      { class: 'toggle', type: 'button', 'aria-label': `Show ${label}`, onclick: () => model.toggleCommunity(community) },
      dot(color),
    );
    const name = make(
      'button',
      { class: 'name', type: 'button', title: label, onclick: () => this.opened(community) },
      make('bdi', { class: 'clip' }, label),
      make('small', {}, fullNumber(numChannels)),
    );
    const only = make(
      'button',
      { class: 'only', type: 'button', 'aria-label': `Show only ${label}`, onclick: () => model.showOnly(community) },
      'Only',
    );
    const isolate = (value: number) => () => model.store.update({ isolated: value });
    name.addEventListener('pointerenter', isolate(community));
    name.addEventListener('pointerleave', isolate(-1));
    name.addEventListener('focus', () => {
      if (name.matches(':focus-visible')) model.store.update({ isolated: community });
    });
    name.addEventListener('blur', isolate(-1));
    return { item: make('li', { 'data-community': community }, toggle, name, only), toggle };
  }

  private render(): void {
    const { hidden, community } = this.model.state;
    this.rows.forEach(({ item, toggle }, k) => {
      item.classList.toggle('off', hidden.has(k));
      item.classList.toggle('open', community === k);
      toggle.setAttribute('aria-pressed', String(!hidden.has(k)));
    });
  }
}
