// The font of the map, measured where it is drawn: in the page.

const STACK = 'Inter, "Segoe UI", system-ui, Roboto, "Noto Sans", "Noto Sans CJK JP", "Noto Sans CJK KR", sans-serif';

export const fontOf = (sizePx: number, weight: number): string => `${weight} ${sizePx}px ${STACK}`;

/** Longest name on the map; the card and the table show it whole. */
const MAX_NAME_ON_MAP = 28;

/** A name as the map draws it: one line without control characters, cut when it is very long. */
export function nameOnMap(name: string): string {
  const characters = [...name.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim()];
  return characters.length > MAX_NAME_ON_MAP ? characters.slice(0, MAX_NAME_ON_MAP - 1).join('') + '…' : characters.join('');
}

/** Measures widths at font size 1. */
export class TextMeasurer {
  private readonly pen = new OffscreenCanvas(8, 8).getContext('2d')!;

  widthsOf(texts: readonly string[], weight: number): Float32Array {
    this.pen.font = fontOf(100, weight);
    this.pen.letterSpacing = '0px';
    return Float32Array.from(texts, (text) => this.pen.measureText(text).width / 100);
  }

  trackedWidth(text: string, weight: number, trackingEm: number): number {
    this.pen.font = fontOf(100, weight);
    this.pen.letterSpacing = `${100 * trackingEm}px`;
    return this.pen.measureText(text).width / 100;
  }
}
