// Making elements. Text goes in as text nodes only: names, titles and labels come from strangers.

type Child = Node | string | null;

export interface Attributes {
  class?: string;
  id?: string;
  /** CSS custom properties and such, set one by one (a style attribute would be inline style). */
  style?: Record<string, string>;
  onclick?: (event: MouseEvent) => void;
  [attribute: string]: unknown;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') element.className = String(value);
    else if (name === 'style') for (const [key, text] of Object.entries(value as Record<string, string>)) element.style.setProperty(key, text);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Foreign text in a box of its own: right-to-left text cannot reorder what stands beside it. */
export const foreign = (text: string, className = ''): HTMLElement => make('bdi', { class: `foreign ${className}`.trim() }, text);

export const dot = (color: string): HTMLElement => make('span', { class: 'dot', style: { '--color': color } });

const ICONS = {
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  theme: 'M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z',
  table: 'M4 6h16M4 12h16M4 18h16',
  save: 'M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 20h14',
  about: 'M12 11v6M12 7.2v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  close: 'M6 6l12 12M18 6 6 18',
} as const;
export type IconName = keyof typeof ICONS;

export function icon(name: IconName): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

export const closeButton = (onclick: () => void, label = 'Close'): HTMLButtonElement =>
  make('button', { class: 'close', type: 'button', 'aria-label': label, onclick }, icon('close'));

export const button = (text: string, onclick: () => void, attributes: Attributes = {}): HTMLButtonElement =>
  make('button', { class: 'button', type: 'button', onclick, ...attributes }, text);
