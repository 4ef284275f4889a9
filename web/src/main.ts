// The page: decodes the atlas, builds the parts, and lets them listen to the model.

import { decodeAtlas } from './data/decode';
import type { Box, Insets } from './scene/camera';
import { About } from './ui/about';
import { Announcer } from './ui/announcer';
import { Card } from './ui/card';
import { makeControls } from './ui/controls';
import { byId, make } from './ui/dom';
import { Exporter, save } from './ui/exporter';
import { FilterPanel } from './ui/filters';
import { plural, windowOf } from './ui/format';
import { makeHandle } from './ui/handle';
import { HashState } from './ui/hash_state';
import { Keyboard } from './ui/keyboard';
import { Legend } from './ui/legend';
import { isPhone, MapView } from './ui/map_view';
import { Minimap } from './ui/minimap';
import { Model } from './ui/model';
import { Pointer } from './ui/pointer';
import { SearchBox } from './ui/search_box';
import { ChannelTable } from './ui/table';
import { ThemeSwitch } from './ui/theme';
import { Tooltip } from './ui/tooltip';

/** Zoom at which a channel that was searched or opened from a list is shown, and that of "zoom here". */
const OPEN_ZOOM = 2.2;
const CLOSE_ZOOM = 6;

/** What panels cover, CSS pixels; the same numbers as in style.css. */
function insetsOf(withCard: boolean): Insets {
  if (!isPhone()) return { left: 336, top: 16, right: withCard ? 384 : 16, bottom: 16 };
  const panel = byId('panel').offsetHeight || 170;
  const card = byId('card').offsetHeight || innerHeight * 0.56;
  return { left: 8, top: 64, right: 8, bottom: withCard ? Math.max(panel, card) : Math.min(panel, 220) };
}

function boxOf(model: Model, community: number): Box {
  const { channels, communities } = model.atlas;
  const box: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const add = (x: number, y: number, radius: number) => {
    box.left = Math.min(box.left, x - radius);
    box.right = Math.max(box.right, x + radius);
    box.top = Math.min(box.top, y - radius);
    box.bottom = Math.max(box.bottom, y + radius);
  };
  const ring = communities[community].rings[0];
  if (ring) for (let i = 0; i < ring.length; i += 2) add(ring[i], ring[i + 1], 0);
  else channels.community.forEach((of, i) => (of === community ? add(channels.x[i], channels.y[i], channels.radius[i]) : undefined));
  return box;
}

function setTitle({ atlas }: Model): void {
  const { title, windowBegin, windowEnd } = atlas.provenance;
  const heading = title || 'ViewerAtlas';
  document.title = heading === 'ViewerAtlas' ? heading : `${heading} · ViewerAtlas`;
  byId('page-title').textContent = heading;
  byId('title').textContent = heading;
  const counts = `${plural(atlas.channels.count, 'channel')} · ${plural(atlas.numLinksOfGraph, 'link')}`;
  byId('subtitle').replaceChildren(...[windowOf(windowBegin, windowEnd), counts].filter((fact) => fact).map((fact) => make('span', {}, fact)));
}

function build(model: Model): void {
  const view = new MapView(model, byId<HTMLCanvasElement>('map'), insetsOf);
  document.documentElement.classList.toggle('software', view.software);
  const hash = new HashState(model, view);
  const hasCamera = hash.load();
  setTitle(model);

  const open = (channel: number) => {
    model.choose(channel, false);
    view.flyToChannel(channel, OPEN_ZOOM);
  };
  const openCommunity = (community: number) => {
    byId('panel').classList.remove('open');
    byId('sheet-toggle').setAttribute('aria-expanded', 'false');
    model.openCommunity(community);
    view.frame(boxOf(model, community));
  };
  const theme = new ThemeSwitch(model, (light) => view.setLight(light));
  const search = new SearchBox(model, open);
  const table = new ChannelTable(model, open, view.works);
  const exporter = new Exporter(model, view, () => theme.light);
  const about = new About(model.atlas, model.atlas.links.count);
  new Legend(model, openCommunity);
  new FilterPanel(model);
  new Card(model, {
    open,
    zoomTo: (channel) => view.flyToChannel(channel, CLOSE_ZOOM),
    openCommunity,
    startCompare: () => {
      model.store.update({ choosingCompared: true });
      search.focus();
    },
    save,
  });
  new Announcer(model);
  new Minimap(model, view);
  new Pointer(model, view, new Tooltip(model));
  new Keyboard(model, view, {
    search: () => search.focus(),
    table: () => table.toggle(),
    closeTop: () => {
      if (!table.isOpen) return false;
      table.toggle(false);
      return true;
    },
    open,
  });
  makeControls({
    zoomIn: () => view.zoomBy(1.6),
    zoomOut: () => view.zoomBy(1 / 1.6),
    showAll: () => view.showAll(),
    theme: () => theme.toggle(),
    table: () => table.toggle(),
    export: () => exporter.open(),
    about: () => about.open(),
  });
  byId('sheet-toggle').addEventListener('click', () => {
    const opened = byId('panel').classList.toggle('open');
    byId('sheet-toggle').setAttribute('aria-expanded', String(opened));
  });

  view.start(theme.light);
  if (hasCamera) hash.loadCamera();
  else view.motion.jumpTo(view.home());
  hash.follow();
  addEventListener('resize', () => view.resize());
  if (!view.works) table.toggle(true);
  Object.assign(window, { vieweratlas: makeHandle(model, view, hash) });
  view.drawNow();
  view.invalidate();
}

async function main(): Promise<void> {
  try {
    build(new Model(await decodeAtlas(byId('data').textContent ?? '')));
    byId('loading').remove();
    document.body.dataset.ready = '1';
  } catch (error) {
    byId('loading').textContent = `This map could not be opened. ${error instanceof Error ? error.message : String(error)}`;
    document.body.dataset.failed = '1';
    throw error;
  }
}

void main();
