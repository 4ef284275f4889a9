// What the reader has chosen. One object, replaced on each change; parts of the page listen.

export type Theme = 'system' | 'dark' | 'light';

export interface State {
  /** Channel whose card is open; -1 = none. */
  selected: number;
  /** Channel compared with the selected one; -1 = none. */
  compared: number;
  /** The path between the two is drawn instead of their neighbourhoods. */
  pathShown: boolean;
  /** Channel under the pointer or the cursor of a list; -1 = none. */
  hovered: number;
  /** Community whose card is open; -1 = none. */
  community: number;
  /** Community held alone while the pointer is on its legend row; -1 = none. */
  isolated: number;
  hidden: ReadonlySet<number>;
  /** 0 = all. */
  minAudience: number;
  minShared: number;
  /** Index into the atlas's list; -1 = all. */
  language: number;
  game: number;
  theme: Theme;
  /** The next channel found or clicked is compared with the selected one. */
  choosingCompared: boolean;
}

export const INITIAL_STATE: State = {
  selected: -1,
  compared: -1,
  pathShown: false,
  hovered: -1,
  community: -1,
  isolated: -1,
  hidden: new Set(),
  minAudience: 0,
  minShared: 0,
  language: -1,
  game: -1,
  theme: 'system',
  choosingCompared: false,
};

export type Listener = (state: State, changed: (key: keyof State) => boolean) => void;

export class Store {
  private current: State = INITIAL_STATE;
  private readonly listeners: Listener[] = [];

  get state(): State {
    return this.current;
  }

  /** Listeners are called in the order in which they were added. */
  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  update(patch: Partial<State>): void {
    const before = this.current;
    const after = { ...before, ...patch };
    const keys = (Object.keys(patch) as (keyof State)[]).filter((key) => before[key] !== after[key]);
    if (keys.length === 0) return;
    this.current = after;
    for (const listener of this.listeners) listener(after, (key) => keys.includes(key));
  }
}

export const FILTER_KEYS = ['hidden', 'minAudience', 'minShared', 'language', 'game'] as const;
