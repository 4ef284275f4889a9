// What the reader takes along: the view as PNG or SVG, the visible channels and links as CSV.

import { Painter } from '../gl/painter';
import { makeViewport, type Viewport } from '../scene/camera';
import { Curves } from '../scene/curves';
import { svgOf } from '../scene/svg';
import { fontOf } from '../scene/text';
import { csvOf } from './csv';
import { button, byId, closeButton, make } from './dom';
import { fullNumber, windowOf } from './format';
import type { MapView } from './map_view';
import type { Model } from './model';

export class Exporter {
  private readonly dialog = byId<HTMLDialogElement>('export');
  private readonly note = make('p', { role: 'status' });

  constructor(
    private readonly model: Model,
    private readonly view: MapView,
    private readonly light: () => boolean,
  ) {
    const picture = (factor: number) => button(`PNG ${factor}×`, () => void this.savePicture(factor), { 'data-export': `png${factor}` });
    this.dialog.replaceChildren(
      closeButton(() => this.dialog.close()),
      make('h2', { id: 'export-title' }, 'Take it with you'),
      make('h3', {}, 'This view'),
      make('div', { class: 'exports' }, picture(1), picture(2), picture(4), button('SVG', () => this.saveSvg(), { 'data-export': 'svg' })),
      make('h3', {}, 'What the filters show'),
      make(
        'div',
        { class: 'exports' },
        button('Channels (CSV)', () => save('channels.csv', channelsCsv(model)), { 'data-export': 'channels' }),
        button('Links (CSV)', () => save('links.csv', linksCsv(model)), { 'data-export': 'links' }),
      ),
      this.note,
    );
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  open(): void {
    this.note.textContent = '';
    this.dialog.showModal();
  }

  private get caption(): string {
    const { provenance } = this.model.atlas;
    const { numChannels, numLinks } = this.model.visibility;
    return [
      provenance.title || 'ViewerAtlas',
      windowOf(provenance.windowBegin, provenance.windowEnd),
      `${fullNumber(numChannels)} channels`,
      `${fullNumber(numLinks)} links of at least ${fullNumber(Math.max(provenance.threshold, this.model.state.minShared))} shared viewers`,
      `ViewerAtlas ${provenance.version}`,
    ].filter((part) => part).join(' · ');
  }

  /** Draws the view anew with `factor` times as many pixels, by a painter of its own. */
  private async savePicture(factor: number): Promise<void> {
    this.note.textContent = 'Drawing…';
    await new Promise((resolve) => setTimeout(resolve, 30));
    const viewport = enlarged(this.view.viewport, factor / this.view.viewport.ratio);
    const canvas = new OffscreenCanvas(viewport.width, viewport.height);
    const painter = Painter.open(canvas, this.model.graph, factor, false);
    if (!painter) {
      this.note.textContent = 'This browser could not draw the picture.';
      return;
    }
    const growth = factor / this.view.viewport.ratio;
    const { camera } = this.view.motion;
    painter.setLight(this.light());
    painter.setVisibility(this.model.visibility);
    painter.setFocus(this.view.currentFocus);
    const large = { ...camera, scale: camera.scale * growth };
    const labels = this.view.labelsFor(camera).map((label) => ({ ...label, x: label.x * growth, y: label.y * growth, fontPx: label.fontPx * growth }));
    painter.drawComplete({ camera: large, viewport, labels, clearness: this.view.currentClearness, moving: false });
    const blob = await this.withCaption(canvas, factor);
    painter.close();
    save(`vieweratlas-${factor}x.png`, blob);
    this.note.textContent = `Saved ${fullNumber(viewport.width)} × ${fullNumber(viewport.height)} pixels.`;
  }

  private withCaption(drawn: OffscreenCanvas, factor: number): Promise<Blob> {
    const canvas = new OffscreenCanvas(drawn.width, drawn.height);
    const pen = canvas.getContext('2d')!;
    pen.drawImage(drawn, 0, 0);
    pen.font = fontOf(12.5 * factor, 500);
    pen.textBaseline = 'bottom';
    pen.lineWidth = 4 * factor;
    pen.lineJoin = 'round';
    pen.strokeStyle = this.light() ? '#EEF1F6' : '#05070C';
    pen.fillStyle = this.light() ? '#465068' : '#A9B3C6';
    const place = [16 * factor, drawn.height - 14 * factor, drawn.width - 32 * factor] as const;
    pen.strokeText(this.caption, ...place);
    pen.fillText(this.caption, ...place);
    return canvas.convertToBlob({ type: 'image/png' });
  }

  private saveSvg(): void {
    const { view, model } = this;
    const { camera } = view.motion;
    const svg = svgOf({
      atlas: model.atlas,
      curves: new Curves(model.graph),
      drawingOrder: model.graph.drawingOrder,
      visibility: model.visibility,
      camera,
      viewport: view.viewport,
      labels: view.labelsFor(camera),
      light: this.light(),
      caption: this.caption,
    });
    save('vieweratlas.svg', new Blob([svg], { type: 'image/svg+xml' }));
    this.note.textContent = 'Saved.';
  }
}

function enlarged({ width, height, ratio, insets }: Viewport, factor: number): Viewport {
  const { left, top, right, bottom } = insets;
  const grown = { left: left * factor, top: top * factor, right: right * factor, bottom: bottom * factor };
  return makeViewport(Math.round(width * factor), Math.round(height * factor), ratio * factor, grown);
}

/** Hands a file to the browser's downloads. */
export function save(name: string, content: Blob | string): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: 'text/csv;charset=utf-8' }) : content;
  const link = make('a', { download: name.replace(/[^\w.-]+/g, '_'), href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function channelsCsv({ atlas, visibility }: Model): string {
  const { channels, communities, games, languages } = atlas;
  const shown = [...visibility.channels.keys()].filter((i) => visibility.channels[i]);
  return csvOf(
    ['id', 'name', 'audience', 'community', 'game', 'language', 'links', 'x', 'y'],
    shown.map((i) => [
      channels.ids[i], channels.names[i], channels.audience[i], communities[channels.community[i]].label,
      games[channels.game[i]], languages[channels.language[i]], channels.degree[i], channels.x[i].toFixed(2), channels.y[i].toFixed(2),
    ]),
  );
}

export function linksCsv({ atlas, graph, visibility }: Model): string {
  const { channels, links } = atlas;
  const shown = [...visibility.links.keys()].filter((link) => visibility.links[link]);
  return csvOf(
    ['source', 'target', 'shared_viewers', 'cosine'],
    shown.map((link) => [channels.ids[links.source[link]], channels.ids[links.target[link]], links.shared[link], graph.cosine[link].toFixed(6)]),
  );
}
