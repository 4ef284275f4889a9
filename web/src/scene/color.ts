// Colours: "#rrggbb", sRGB 0..1 and linear light.

export type Rgb = readonly [number, number, number];

export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export const linearOfChannel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

export function linearOf(hex: string): Rgb {
  const [r, g, b] = rgbOf(hex);
  return [linearOfChannel(r), linearOfChannel(g), linearOfChannel(b)];
}

export const cssOf = ([r, g, b]: Rgb): string => `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`;

/** The colour of a community's name: lighter than its circles on the dark ground, darker on the light one. */
export function letterColorOf(color: string, lightColor: string, light: boolean): string {
  const [r, g, b] = rgbOf(light ? lightColor : color);
  const shift = (part: number) => (light ? part * 0.8 : part + (1 - part) * 0.42);
  return cssOf([shift(r), shift(g), shift(b)]);
}

/** The grounds, the same numbers as in style.css and on the poster. */
export interface GroundColors {
  inner: Rgb;
  outer: Rgb;
  /** What dimmed parts fade to. */
  dimmed: Rgb;
  /** Behind circles. */
  gap: Rgb;
  /** Ink of names outside circles, and of its halo. */
  ink: string;
  halo: string;
}

export const DARK_GROUND: GroundColors = {
  inner: rgbOf('#121826'),
  outer: rgbOf('#05070C'),
  dimmed: rgbOf('#080A11'),
  gap: rgbOf('#05070C'),
  ink: '#FFFFFF',
  halo: 'rgb(4 6 11 / 0.86)',
};

export const LIGHT_GROUND: GroundColors = {
  inner: rgbOf('#FFFFFF'),
  outer: rgbOf('#E9EDF4'),
  dimmed: rgbOf('#F6F8FB'),
  gap: rgbOf('#FFFFFF'),
  ink: '#10151F',
  halo: 'rgb(255 255 255 / 0.88)',
};

/** Ink of names inside circles: at least 4.7:1 on every fill of the palette. */
export const INSIDE_INK = '#080A10';
