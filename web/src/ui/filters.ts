// Sliders and lists that leave only a part of the map.

import { byId, make } from './dom';
import { languageName, shortNumber } from './format';
import type { Model } from './model';
import type { State } from './state';

/** A slider of 0..100 on a logarithmic scale from the least to the largest value; 0 = no filter. */
class LogSlider {
  private readonly input: HTMLInputElement;
  private readonly output: HTMLOutputElement;

  constructor(
    id: string,
    private readonly least: number,
    private readonly largest: number,
    changed: (value: number) => void,
  ) {
    this.input = byId<HTMLInputElement>(id);
    this.output = byId<HTMLOutputElement>(`${id}-value`);
    this.input.addEventListener('input', () => changed(this.valueAt(Number(this.input.value))));
  }

  show(value: number, none: string): void {
    const text = value > 0 ? shortNumber(value) : none;
    const position = this.positionOf(value);
    if (this.valueAt(Number(this.input.value)) !== value) this.input.value = String(position);
    this.output.textContent = text;
    this.input.setAttribute('aria-valuetext', text);
    this.input.style.setProperty('--filled', `${this.input.value}%`);
  }

  private valueAt(position: number): number {
    return position <= 0 ? 0 : Math.round(this.least * (this.largest / this.least) ** (position / 100));
  }

  private positionOf(value: number): number {
    if (value <= 0 || this.largest <= this.least) return 0;
    return Math.round((100 * Math.log(value / this.least)) / Math.log(this.largest / this.least));
  }
}

export class FilterPanel {
  private readonly audience: LogSlider;
  private readonly shared: LogSlider;
  private readonly language: HTMLSelectElement;
  private readonly game: HTMLSelectElement;

  constructor(private readonly model: Model) {
    const { channels, links, languages, games } = model.atlas;
    const update = (patch: Partial<State>) => model.store.update(patch);
    const largestShared = links.shared.reduce((most, shared) => Math.max(most, shared), 1);
    const leastShared = links.shared.reduce((least, shared) => Math.min(least, shared), largestShared);
    this.audience = new LogSlider('min-audience', Math.max(1, channels.audience[channels.count - 1]), Math.max(1, channels.audience[0]), (minAudience) =>
      update({ minAudience }),
    );
    this.shared = new LogSlider('min-shared', Math.max(1, leastShared), largestShared, (minShared) => update({ minShared }));
    this.language = this.makeChoice('language', channels.language, languages.map((code) => (code ? languageName(code) : '')));
    this.game = this.makeChoice('game', channels.game, games);
    byId('reset').addEventListener('click', () => model.resetFilters());
    model.store.listen((_, changed) => {
      if (changed('minAudience') || changed('minShared') || changed('language') || changed('game')) this.render();
    });
    this.render();
  }

  /** A list of the values by falling number of channels; hidden when there is nothing to choose. */
  private makeChoice(key: 'language' | 'game', of: Uint32Array, values: readonly string[]): HTMLSelectElement {
    const select = byId<HTMLSelectElement>(key);
    const counts = new Uint32Array(values.length);
    for (const value of of) counts[value]++;
    const order = [...values.keys()].filter((k) => values[k] !== '' && counts[k] > 0).sort((a, b) => counts[b] - counts[a] || a - b);
    byId(`${key}-row`).hidden = order.length < 2;
    const option = (value: number, text: string) => make('option', { value }, text);
    select.replaceChildren(option(-1, 'All'), ...order.map((k) => option(k, `${values[k]} (${counts[k]})`)));
    select.addEventListener('change', () => this.model.store.update({ [key]: Number(select.value) }));
    return select;
  }

  private render(): void {
    const { minAudience, minShared, language, game } = this.model.state;
    this.audience.show(minAudience, 'all');
    this.shared.show(minShared, shortNumber(this.model.atlas.provenance.threshold));
    this.language.value = String(language);
    this.game.value = String(game);
  }
}
