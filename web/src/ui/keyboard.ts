// Keys for everything that a pointer can do on the map.

import type { MapView } from './map_view';
import type { Model } from './model';

export interface KeyActions {
  search(): void;
  table(): void;
  /** Closes what lies on top; false when there was nothing but a card. */
  closeTop(): boolean;
  open(channel: number): void;
}

const PAN_PX = 120;
const ZOOM_STEP = 1.5;

export class Keyboard {
  /** The walk through a channel's overlaps: where it began, and how far it is. */
  private walk = { root: -1, step: -1 };

  constructor(
    private readonly model: Model,
    private readonly view: MapView,
    private readonly actions: KeyActions,
  ) {
    addEventListener('keydown', (event) => this.onKey(event));
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, select, dialog')) return;
    if (event.key === '/') this.actions.search();
    else if (event.key === 'Escape') this.escape();
    else if (event.key.toLowerCase() === 't') this.actions.table();
    else if (target.closest('#table') || !this.onMap(event.key)) return;
    event.preventDefault();
  }

  private escape(): void {
    if (this.actions.closeTop()) return;
    this.model.closeCard();
    this.view.canvas.focus({ preventScroll: true });
  }

  private onMap(key: string): boolean {
    const { view } = this;
    switch (key) {
      case '+': case '=': view.zoomBy(ZOOM_STEP); return true;
      case '-': case '_': view.zoomBy(1 / ZOOM_STEP); return true;
      case '0': view.showAll(); return true;
      case 'ArrowLeft': view.panBy(-PAN_PX, 0); return true;
      case 'ArrowRight': view.panBy(PAN_PX, 0); return true;
      case 'ArrowUp': view.panBy(0, -PAN_PX); return true;
      case 'ArrowDown': view.panBy(0, PAN_PX); return true;
      case 'n': case 'N': return this.walkBy(1);
      case 'p': case 'P': return this.walkBy(-1);
      default: return false;
    }
  }

  /** N goes to the next strongest overlap of the channel where the walk began, P back, at last to the channel itself. */
  private walkBy(direction: 1 | -1): boolean {
    const { selected } = this.model.state;
    if (selected < 0) return false;
    if (selected !== this.channelAt(this.walk.step)) this.walk = { root: selected, step: -1 };
    const next = this.channelAt(Math.max(-1, this.walk.step + direction));
    if (next < 0) return true;
    this.walk.step = Math.max(-1, this.walk.step + direction);
    this.actions.open(next);
    return true;
  }

  /** The channel of a step of the walk; -1 = the root's own step, and there is none beyond the last. */
  private channelAt(step: number): number {
    const { root } = this.walk;
    if (root < 0 || step < 0) return root;
    const links = this.model.visibleLinksOf(root);
    return step < links.length ? this.model.graph.otherEnd(links[step], root) : -1;
  }
}
