// Dark or light: what the system says until the reader chooses.

import type { Model } from './model';

const systemLight = matchMedia('(prefers-color-scheme: light)');

export class ThemeSwitch {
  constructor(
    private readonly model: Model,
    private readonly applied: (light: boolean) => void,
  ) {
    systemLight.addEventListener('change', () => this.apply());
    model.store.listen((_, changed) => {
      if (changed('theme')) this.apply();
    });
    this.apply();
  }

  get light(): boolean {
    const { theme } = this.model.state;
    return theme === 'light' || (theme === 'system' && systemLight.matches);
  }

  toggle(): void {
    this.model.store.update({ theme: this.light ? 'dark' : 'light' });
  }

  private apply(): void {
    document.documentElement.dataset.theme = this.light ? 'light' : 'dark';
    this.applied(this.light);
  }
}
