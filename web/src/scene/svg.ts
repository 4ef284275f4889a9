// The view as SVG: the same geometry, as shapes that drawing programs can edit. All text is escaped.

import type { Atlas } from '../data/atlas';
import { type Camera, circleScale, screenX, screenY, type Viewport } from './camera';
import { cssOf, DARK_GROUND, INSIDE_INK, letterColorOf, LIGHT_GROUND } from './color';
import { CURVE_FLOATS, type Curves } from './curves';
import type { Label } from './labels';
import type { Visibility } from './visibility';

/** More curves than this would make the file too large to open. */
const MAX_CURVES = 20_000;

export interface SvgScene {
  atlas: Atlas;
  curves: Curves;
  /** Strongest first. */
  drawingOrder: Uint32Array;
  visibility: Visibility;
  camera: Camera;
  viewport: Viewport;
  labels: readonly Label[];
  light: boolean;
  caption: string;
}

// Characters that XML 1.0 does not allow are dropped.
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!);

const round = (value: number): string => String(Math.round(value * 10) / 10);

export function svgOf(scene: SvgScene): string {
  const { width, height } = scene.viewport;
  const ground = scene.light ? LIGHT_GROUND : DARK_GROUND;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Inter, 'Segoe UI', system-ui, 'Noto Sans', sans-serif" text-anchor="middle" dominant-baseline="central">`,
    `<title>${escaped(scene.caption)}</title>`,
    `<rect width="100%" height="100%" fill="${cssOf(ground.outer)}"/>`,
    `<g fill="none" stroke-width="1">${curvesOf(scene)}</g>`,
    `<g fill-opacity="0.05" stroke-opacity="0.4" fill-rule="evenodd">${regionsOf(scene)}</g>`,
    `<g>${circlesOf(scene)}</g>`,
    `<g paint-order="stroke" stroke-linejoin="round">${scene.labels.map((label) => textOf(scene, label)).join('')}</g>`,
    `<text x="16" y="${height - 18}" text-anchor="start" font-size="13" fill="${ground.ink}" opacity="0.7">${escaped(scene.caption)}</text>`,
    '</svg>',
  ].join('\n');
}

function curvesOf({ atlas, curves, drawingOrder, visibility, camera, viewport }: SvgScene): string {
  const curve = new Float32Array(CURVE_FLOATS);
  const at = (i: number) => `${round(screenX(camera, viewport, curve[i]))} ${round(screenY(camera, viewport, curve[i + 1]))}`;
  const parts: string[] = [];
  for (const link of drawingOrder) {
    if (!visibility.links[link]) continue;
    if (parts.length === MAX_CURVES) break;
    curves.write(link, curve, 0);
    const color = atlas.communities[curve[8]].color;
    parts.push(`<path d="M${at(0)}C${at(4)} ${at(6)} ${at(2)}" stroke="${color}" stroke-opacity="${Math.min(0.8, curve[10]).toFixed(3)}"/>`);
  }
  return parts.join('');
}

function regionsOf({ atlas, visibility, camera, viewport, light }: SvgScene): string {
  return atlas.communities
    .map((community, k) => {
      if (!visibility.communities[k] || community.rings.length === 0) return '';
      const path = community.rings.map((ring) => ringPath(ring, camera, viewport)).join('');
      const color = light ? community.lightColor : community.color;
      return `<path d="${path}" fill="${community.color}" stroke="${color}"><title>${escaped(community.label)}</title></path>`;
    })
    .join('');
}

function ringPath(ring: Float32Array, camera: Camera, viewport: Viewport): string {
  let path = '';
  for (let i = 0; i < ring.length; i += 2) {
    path += `${i === 0 ? 'M' : 'L'}${round(screenX(camera, viewport, ring[i]))} ${round(screenY(camera, viewport, ring[i + 1]))}`;
  }
  return `${path}Z`;
}

function circlesOf({ atlas, visibility, camera, viewport, light }: SvgScene): string {
  const { channels, communities } = atlas;
  const scale = circleScale(camera.scale, viewport);
  const parts: string[] = [];
  for (let i = channels.count - 1; i >= 0; i--) {
    if (!visibility.channels[i]) continue;
    const x = screenX(camera, viewport, channels.x[i]);
    const y = screenY(camera, viewport, channels.y[i]);
    const radius = channels.radius[i] * scale;
    if (x < -radius || y < -radius || x > viewport.width + radius || y > viewport.height + radius) continue;
    const { color, lightColor } = communities[channels.community[i]];
    const rim = light ? ` stroke="${lightColor}"` : '';
    parts.push(`<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${color}"${rim}><title>${escaped(channels.names[i])}</title></circle>`);
  }
  return parts.join('');
}

function textOf({ atlas, light }: SvgScene, label: Label): string {
  const ground = light ? LIGHT_GROUND : DARK_GROUND;
  const community = label.community >= 0 ? atlas.communities[label.community] : null;
  const letters = community ? letterColorOf(community.color, community.lightColor, light) : ground.ink;
  const fill = label.style === 'inside' ? INSIDE_INK : letters;
  const halo = label.style === 'outside' || label.style === 'community' ? ` stroke="${ground.halo}" stroke-width="${round(label.fontPx * 0.2)}"` : '';
  const weight = community ? 700 : label.bold ? 600 : 500;
  const tracking = community ? ' letter-spacing="0.08em"' : '';
  return `<text x="${round(label.x)}" y="${round(label.y)}" font-size="${round(label.fontPx)}" font-weight="${weight}" fill="${fill}" opacity="${label.alpha.toFixed(2)}"${halo}${tracking}>${escaped(label.text)}</text>`;
}
