// The coloured haze behind the circles, as a small picture over the square of +-1100 map units.

import type { Atlas } from '../data/atlas';
import { linearOf } from './color';

export const GLOW_SIZE = 320;
/** Map units from the centre to the rim of the picture. */
export const GLOW_REACH = 1100;
/** The picture stores sqrt(light * 4), so that faint haze keeps its steps. */
const STORED_GAIN = 4;

/** RGBA bytes, GLOW_SIZE squared, of the visible channels. */
export function glowPicture(atlas: Atlas, visible: Uint8Array): Uint8Array {
  const light = new Float32Array(GLOW_SIZE * GLOW_SIZE * 3);
  const colors = atlas.communities.map(({ color }) => linearOf(color));
  for (let i = 0; i < atlas.channels.count; i++) {
    if (visible[i]) addGaussian(light, atlas, i, colors[atlas.channels.community[i]]);
  }
  const picture = new Uint8Array(GLOW_SIZE * GLOW_SIZE * 4);
  for (let p = 0; p < GLOW_SIZE * GLOW_SIZE; p++) {
    for (let c = 0; c < 3; c++) picture[4 * p + c] = Math.min(255, Math.sqrt(light[3 * p + c] * STORED_GAIN) * 255);
    picture[4 * p + 3] = 255;
  }
  return picture;
}

function addGaussian(light: Float32Array, { channels }: Atlas, channel: number, color: readonly number[]): void {
  const pixelsPerUnit = GLOW_SIZE / (2 * GLOW_REACH);
  const x = (channels.x[channel] + GLOW_REACH) * pixelsPerUnit;
  const y = (channels.y[channel] + GLOW_REACH) * pixelsPerUnit;
  const radius = channels.radius[channel];
  const sigma = (26 + 0.9 * radius) * pixelsPerUnit;
  const weight = 0.02 * (0.5 + radius / 30);
  const reach = Math.ceil(3 * sigma);
  for (let row = Math.max(0, Math.floor(y) - reach); row < Math.min(GLOW_SIZE, y + reach + 1); row++) {
    for (let column = Math.max(0, Math.floor(x) - reach); column < Math.min(GLOW_SIZE, x + reach + 1); column++) {
      const distance = ((column - x) ** 2 + (row - y) ** 2) / (sigma * sigma);
      if (distance > 9) continue;
      const amount = weight * Math.exp(-distance);
      const pixel = 3 * (row * GLOW_SIZE + column);
      light[pixel] += amount * color[0];
      light[pixel + 1] += amount * color[1];
      light[pixel + 2] += amount * color[2];
    }
  }
}
