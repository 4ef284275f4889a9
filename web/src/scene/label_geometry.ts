// Where the name of a channel stands for a given zoom: shared by the plan made ahead and by what is drawn.

/** Places around the circle, in order of preference. */
export const enum Place {
  kBelow = 0,
  kAbove = 1,
  kRight = 2,
  kLeft = 3,
}
export const NUM_PLACES = 4;

/** Size of a name by the drawn radius of its circle; CSS pixels. */
export const channelFontPx = (radiusPx: number): number => Math.max(11, Math.min(24, 8.5 + radiusPx * 0.36));

/** Half the height of a name's box, in font sizes. */
export const HALF_LINE = 0.56;
/** Free pixels left and right of a name's box. */
export const SIDE_GAP = 3;

/** How far a name has slid into its circle: 0 = outside, 1 = inside (it fits 1.72 radii). */
export function insideness(radiusPx: number, widthPx: number): number {
  return Math.max(0, Math.min(1, ((radiusPx * 1.72) / widthPx - 0.95) / 0.05));
}

export interface NameBox {
  /** Centre relative to the circle's centre, CSS pixels. */
  dx: number;
  dy: number;
  fontPx: number;
  widthPx: number;
  inside: number;
}

/** `widthPerPx`: width of the name at font size 1. */
export function nameBox(place: Place, radiusPx: number, widthPerPx: number): NameBox {
  const fontPx = channelFontPx(radiusPx);
  const widthPx = widthPerPx * fontPx;
  const inside = insideness(radiusPx, widthPx);
  const across = (1 - inside) * (radiusPx + widthPx / 2 + 4);
  const along = (1 - inside) * (radiusPx + fontPx * 0.72);
  const dx = place === Place.kRight ? across : place === Place.kLeft ? -across : 0;
  const dy = place === Place.kBelow ? along : place === Place.kAbove ? -along : 0;
  return { dx, dy, fontPx, widthPx, inside };
}

/** Boxes that may not overlap, in buckets. */
export class BoxIndex {
  private static readonly CELL = 96;
  private readonly cells = new Map<number, number[]>();

  add(left: number, top: number, right: number, bottom: number): void {
    BoxIndex.forEachCell(left, top, right, bottom, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.push(left, top, right, bottom);
      else this.cells.set(key, [left, top, right, bottom]);
      return false;
    });
  }

  meets(left: number, top: number, right: number, bottom: number): boolean {
    return BoxIndex.forEachCell(left, top, right, bottom, (key) => {
      const cell = this.cells.get(key);
      if (!cell) return false;
      for (let i = 0; i < cell.length; i += 4) {
        if (left < cell[i + 2] && right > cell[i] && top < cell[i + 3] && bottom > cell[i + 1]) return true;
      }
      return false;
    });
  }

  /** Visits the cells of a box until `visit` says true; says whether it did. */
  private static forEachCell(left: number, top: number, right: number, bottom: number, visit: (key: number) => boolean): boolean {
    const size = BoxIndex.CELL;
    for (let column = Math.floor(left / size); column <= Math.floor(right / size); column++) {
      for (let row = Math.floor(top / size); row <= Math.floor(bottom / size); row++) {
        if (visit(column * 65537 + row)) return true;
      }
    }
    return false;
  }
}
