// The reader's view in the address: what is shown can be bookmarked, sent and reloaded.

import type { Atlas } from '../data/atlas';
import { centredOn, clampScale } from '../scene/camera';
import type { MapView } from './map_view';
import type { Model } from './model';
import { INITIAL_STATE, type State } from './state';

const SAVE_AFTER_MS = 150;

export class HashState {
  private timer = 0;
  private written = '';

  constructor(
    private readonly model: Model,
    private readonly view: MapView,
  ) {}

  /** Takes over what the address says; true when it holds a camera. */
  load(): boolean {
    const parameters = new URLSearchParams(location.hash.slice(1));
    this.model.store.update(stateOf(parameters, this.model.atlas));
    return parameters.has('view');
  }

  /** Sets the camera of the address; the page must have its size. */
  loadCamera(): void {
    const [zoom, x, y] = (new URLSearchParams(location.hash.slice(1)).get('view') ?? '').split(',').map(Number);
    if (![zoom, x, y].every(Number.isFinite) || zoom <= 0) return;
    const { viewport, motion } = this.view;
    motion.jumpTo(centredOn(x, y, clampScale(zoom * viewport.fitScale, viewport), { left: 0, top: 0, right: 0, bottom: 0 }));
    this.view.invalidate();
  }

  /** Keeps the address true from now on. */
  follow(): void {
    this.model.store.listen(() => this.saveSoon());
    this.view.onCamera(() => this.saveSoon());
    addEventListener('hashchange', () => {
      if (location.hash.slice(1) === this.written) return;
      if (this.load()) this.loadCamera();
      else this.view.motion.jumpTo(this.view.home());
      this.view.invalidate();
    });
  }

  get saved(): boolean {
    return this.timer === 0;
  }

  private saveSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.save();
    }, SAVE_AFTER_MS);
  }

  private save(): void {
    const { camera } = this.view.motion;
    const zoom = camera.scale / this.view.viewport.fitScale;
    // Kept readable: URLSearchParams would write commas as %2C.
    const text = [`view=${zoom.toFixed(3)},${tidy(camera.x)},${tidy(camera.y)}`, parametersOf(this.model.state, this.model.atlas).toString()].filter((part) => part).join('&');
    if (text === this.written) return;
    this.written = text;
    history.replaceState(null, '', `#${text}`);
  }
}

/** One decimal, without "-0.0". */
const tidy = (value: number): string => (Math.round(value * 10) / 10 || 0).toFixed(1);

function parametersOf(state: State, { channels, languages, games }: Atlas): URLSearchParams {
  const parameters = new URLSearchParams();
  const put = (key: string, value: string | number, wanted: boolean) => {
    if (wanted) parameters.set(key, String(value));
  };
  put('channel', channels.ids[state.selected], state.selected >= 0);
  put('with', channels.ids[state.compared], state.compared >= 0);
  put('path', 1, state.pathShown);
  put('community', state.community, state.community >= 0);
  put('off', [...state.hidden].sort((a, b) => a - b).join('.'), state.hidden.size > 0);
  put('audience', state.minAudience, state.minAudience > 0);
  put('shared', state.minShared, state.minShared > 0);
  put('language', languages[state.language], state.language >= 0);
  put('game', games[state.game], state.game >= 0);
  put('theme', state.theme, state.theme !== 'system');
  return parameters;
}

/** Only what makes sense for this atlas; the rest is as at first. */
function stateOf(parameters: URLSearchParams, { channels, communities, languages, games }: Atlas): Partial<State> {
  const text = (key: string) => parameters.get(key) ?? '';
  const number = (key: string) => (/^\d{1,15}$/.test(text(key)) ? Number(text(key)) : 0);
  const channel = (key: string) => (parameters.has(key) ? channels.ids.indexOf(text(key)) : -1);
  const isCommunity = (k: number) => Number.isInteger(k) && k >= 0 && k < communities.length;
  const selected = channel('channel');
  const compared = selected >= 0 ? channel('with') : -1;
  const community = parameters.has('community') ? Number(text('community')) : -1;
  const theme = text('theme');
  return {
    ...INITIAL_STATE,
    selected,
    compared: compared === selected ? -1 : compared,
    pathShown: compared >= 0 && text('path') === '1',
    community: selected < 0 && isCommunity(community) ? community : -1,
    hidden: new Set(text('off').split('.').filter((part) => part !== '').map(Number).filter(isCommunity)),
    minAudience: number('audience'),
    minShared: number('shared'),
    language: text('language') ? languages.indexOf(text('language')) : -1,
    game: text('game') ? games.indexOf(text('game')) : -1,
    theme: theme === 'dark' || theme === 'light' ? theme : 'system',
  };
}
