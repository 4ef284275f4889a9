// Links as cubic curves, bundled by community: inside one an arc, between two a "river" along the line of their centres.

import type { Atlas } from '../data/atlas';
import type { Graph } from '../data/graph';

/** Height of the arc inside a community, as a part of the length. */
const ARC_SAG = 0.12;
/** How far the curve is pulled from the straight line to the river, 0..1. */
const BUNDLING = 0.85;
/** Brightness inside a community and between two. */
const INSIDE_STRENGTH = 0.11;
const BETWEEN_STRENGTH = 0.26;
/** Longer links than this are drawn fainter, since they cover more. Map units. */
const PLAIN_LENGTH = 490;
/** The number of links for which the strengths were chosen; more links are drawn fainter. */
const PLAIN_LINKS = 14214;

/** Floats of one curve in a buffer: ends, control points, then (source colour, target colour, strength, shown). */
export const CURVE_FLOATS = 12;

export class Curves {
  private readonly atlas: Atlas;
  private readonly graph: Graph;
  private readonly centreX: Float32Array;
  private readonly centreY: Float32Array;
  private readonly density: number;

  constructor(graph: Graph) {
    this.graph = graph;
    this.atlas = graph.atlas;
    [this.centreX, this.centreY] = centresOf(this.atlas);
    this.density = Math.sqrt(Math.min(1, PLAIN_LINKS / Math.max(1, this.atlas.links.count)));
  }

  /** Writes the curve of `link` at `offset`. */
  write(link: number, out: Float32Array, offset: number): void {
    const { channels, links } = this.atlas;
    const a = links.source[link];
    const b = links.target[link];
    out[offset] = channels.x[a];
    out[offset + 1] = channels.y[a];
    out[offset + 2] = channels.x[b];
    out[offset + 3] = channels.y[b];
    const together = this.areTogether(a, b);
    if (together) this.writeArc(out, offset);
    else this.writeRiver(channels.community[a], channels.community[b], out, offset);
    out[offset + 8] = channels.community[a];
    out[offset + 9] = channels.community[b];
    out[offset + 10] = this.strength(link, together, Math.hypot(out[offset + 2] - out[offset], out[offset + 3] - out[offset + 1]));
    out[offset + 11] = 1;
  }

  private areTogether(a: number, b: number): boolean {
    const { channels, communities } = this.atlas;
    const community = channels.community[a];
    return community === channels.community[b] || !communities[community].real || !communities[channels.community[b]].real;
  }

  private strength(link: number, together: boolean, length: number): number {
    const relative = Math.min(this.graph.cosine[link] / this.graph.strongCosine, 2.5) ** 0.75;
    const fade = Math.min(1, (PLAIN_LENGTH / Math.max(length, 1)) ** 0.3);
    return relative * (together ? INSIDE_STRENGTH : BETWEEN_STRENGTH) * fade * this.density;
  }

  private writeArc(out: Float32Array, offset: number): void {
    const ax = out[offset], ay = out[offset + 1], bx = out[offset + 2], by = out[offset + 3];
    const middleX = (ax + bx) / 2 - (by - ay) * ARC_SAG;
    const middleY = (ay + by) / 2 + (bx - ax) * ARC_SAG;
    out[offset + 4] = ax + ((middleX - ax) * 2) / 3;
    out[offset + 5] = ay + ((middleY - ay) * 2) / 3;
    out[offset + 6] = bx + ((middleX - bx) * 2) / 3;
    out[offset + 7] = by + ((middleY - by) * 2) / 3;
  }

  private writeRiver(from: number, to: number, out: Float32Array, offset: number): void {
    const ax = out[offset], ay = out[offset + 1], bx = out[offset + 2], by = out[offset + 3];
    const stepX = this.centreX[to] - this.centreX[from];
    const stepY = this.centreY[to] - this.centreY[from];
    const straight = 1 - BUNDLING;
    out[offset + 4] = straight * (ax + (bx - ax) / 3) + BUNDLING * (this.centreX[from] + stepX * 0.3);
    out[offset + 5] = straight * (ay + (by - ay) / 3) + BUNDLING * (this.centreY[from] + stepY * 0.3);
    out[offset + 6] = straight * (bx - (bx - ax) / 3) + BUNDLING * (this.centreX[from] + stepX * 0.7);
    out[offset + 7] = straight * (by - (by - ay) / 3) + BUNDLING * (this.centreY[from] + stepY * 0.7);
  }
}

/** Centres of the communities, weighted by circle radius. */
function centresOf({ channels, communities }: Atlas): [Float32Array, Float32Array] {
  const x = new Float32Array(communities.length);
  const y = new Float32Array(communities.length);
  const weight = new Float64Array(communities.length);
  for (let i = 0; i < channels.count; i++) {
    const community = channels.community[i];
    x[community] += channels.x[i] * channels.radius[i];
    y[community] += channels.y[i] * channels.radius[i];
    weight[community] += channels.radius[i];
  }
  for (let k = 0; k < communities.length; k++) {
    x[k] /= weight[k] || 1;
    y[k] /= weight[k] || 1;
  }
  return [x, y];
}
