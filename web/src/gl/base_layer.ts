// What lies under the circles (ground, glow, links, regions) as one picture, larger than the canvas, that frames are cut
// from. It is drawn anew when the camera rests, links in portions over several frames; while the camera moves far, a quick
// version with the strongest links fills in.

import type { Atlas } from '../data/atlas';
import type { Graph } from '../data/graph';
import type { Camera, Viewport } from '../scene/camera';
import { zoomOf } from '../scene/camera';
import { DARK_GROUND, LIGHT_GROUND, linearOfChannel, type Rgb } from '../scene/color';
import type { Curves } from '../scene/curves';
import { GLOW_REACH, GLOW_SIZE, glowPicture } from '../scene/glow';
import type { Visibility } from '../scene/visibility';
import type { CommunityColors } from './community_colors';
import { bindTexture, type Gl, makeBuffer, makeProgram, makeTexture, makeVertexArray, type Program, Target, type View } from './context';
import { CurveLayer, type CurveLook } from './curve_layer';
import { RegionLayer } from './region_layer';
import { COMPOSE_FRAGMENT, COMPOSE_VERTEX } from './shaders';

/** Sides of the base, in canvas sides: how far the reader may drag before the base must be drawn anew. */
const MARGIN = 1.35;
/** Zoom of the camera against the zoom of the base, beyond which its pixels are too coarse or too small. */
const LARGEST_STRETCH = 2.6;
const SMALLEST_STRETCH = 0.55;

/** How many links are drawn at all, per portion, and in the quick version. */
interface LinkBudget {
  total: number;
  portion: number;
  quick: number;
  /** Size of the link picture against the base. */
  resolution: number;
}
const GPU_BUDGET: LinkBudget = { total: 300_000, portion: 60_000, quick: 20_000, resolution: 1 };
// Measured with a software rasteriser on two cores: a portion takes about 0.1 s.
const SOFTWARE_BUDGET: LinkBudget = { total: 16_000, portion: 2500, quick: 3000, resolution: 0.5 };

/** What a step did to the picture: nothing, something that does not show yet, or a new picture. */
export type Progress = 'unchanged' | 'unfinished' | 'changed';

interface Job {
  camera: Camera;
  next: number;
  end: number;
}

export class BaseLayer {
  /** View in which the base was last completed. */
  view: View = [0, 0, 1, 1];
  private readonly compose: Program;
  private readonly square: WebGLVertexArrayObject;
  private readonly links: Target;
  private readonly base: Target;
  private readonly glow: WebGLTexture;
  private readonly curveLayer: CurveLayer;
  private readonly regions: RegionLayer;
  private readonly order: Uint32Array;
  private readonly budget: LinkBudget;
  private communities: Uint8Array = new Uint8Array();
  private camera: Camera | null = null;
  private job: Job | null = null;
  private light = false;
  private stale = true;

  constructor(
    private readonly gl: Gl,
    private readonly atlas: Atlas,
    graph: Graph,
    private readonly curves: Curves,
    colors: CommunityColors,
    private readonly options: { software: boolean; margin: boolean },
  ) {
    this.budget = options.software ? SOFTWARE_BUDGET : GPU_BUDGET;
    this.compose = makeProgram(gl, COMPOSE_VERTEX, COMPOSE_FRAGMENT);
    this.square = makeVertexArray(gl, [{ buffer: makeBuffer(gl, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1])), sizes: [2], perInstance: false }]);
    const float = gl.getExtension('EXT_color_buffer_float') || gl.getExtension('EXT_color_buffer_half_float');
    const bytes = { internal: gl.RGBA8, format: gl.RGBA, type: gl.UNSIGNED_BYTE, filter: gl.LINEAR };
    this.links = new Target(gl, float ? { ...bytes, internal: gl.RGBA16F, type: gl.HALF_FLOAT } : bytes, false);
    this.base = new Target(gl, bytes, true);
    this.glow = makeTexture(gl, GLOW_SIZE, GLOW_SIZE, bytes);
    const many = atlas.links.count > 60_000 || options.software;
    this.curveLayer = new CurveLayer(gl, colors, Math.min(atlas.links.count, this.budget.total), many ? 6 : 14);
    this.regions = new RegionLayer(gl, colors, atlas);
    this.order = graph.drawingOrder;
  }

  get texture(): WebGLTexture | null {
    return this.base.texture;
  }

  setLight(light: boolean): void {
    this.light = light;
    this.markStale();
  }

  setVisibility(visibility: Visibility): void {
    const { gl } = this;
    const shown: number[] = [];
    for (const link of this.order) {
      if (!visibility.links[link]) continue;
      shown.push(link);
      if (shown.length === this.budget.total) break;
    }
    this.curveLayer.set(this.curves, shown);
    this.communities = visibility.communities;
    bindTexture(gl, 0, this.glow);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, GLOW_SIZE, GLOW_SIZE, gl.RGBA, gl.UNSIGNED_BYTE, glowPicture(this.atlas, visibility.channels));
    this.markStale();
  }

  markStale(): void {
    this.stale = true;
    this.job = null;
  }

  /** True when the base shows this camera exactly and nothing is left to draw. */
  isExact(camera: Camera): boolean {
    return !this.stale && !this.job && this.shows(camera);
  }

  /** Brings the base nearer to `camera`: one portion of links. While `moving`, only what cannot wait is drawn. */
  step(camera: Camera, viewport: Viewport, moving: boolean): Progress {
    if (!this.camera || this.cannotStretch(camera, viewport)) {
      this.drawQuick(camera, viewport);
      return 'changed';
    }
    if (moving) this.job = null;
    if (moving || this.isExact(camera)) return 'unchanged';
    if (!this.job || !sameCamera(this.job.camera, camera)) this.beginJob(camera, viewport);
    this.continueJob(viewport);
    return this.job ? 'unfinished' : 'changed';
  }

  /** Draws the whole base for `camera` now. */
  drawNow(camera: Camera, viewport: Viewport): void {
    this.beginJob(camera, viewport);
    while (this.job) this.continueJob(viewport);
  }

  private shows(camera: Camera): boolean {
    return this.camera !== null && sameCamera(this.camera, camera);
  }

  private cannotStretch(camera: Camera, viewport: Viewport): boolean {
    const shown = this.camera!;
    const stretch = camera.scale / shown.scale;
    const spare = (this.margin(viewport) - 1) / 2;
    const outside =
      Math.abs(camera.x - shown.x) * camera.scale > viewport.width * spare * 0.95 * Math.max(1, stretch) ||
      Math.abs(camera.y - shown.y) * camera.scale > viewport.height * spare * 0.95 * Math.max(1, stretch);
    return stretch > LARGEST_STRETCH || stretch < SMALLEST_STRETCH || outside;
  }

  private margin(viewport: Viewport): number {
    if (!this.options.margin) return 1;
    const largest = this.gl.getParameter(this.gl.MAX_TEXTURE_SIZE) as number;
    return Math.max(1, Math.min(MARGIN, largest / Math.max(viewport.width, viewport.height)));
  }

  private viewOf(camera: Camera, viewport: Viewport): View {
    const margin = this.margin(viewport);
    return [camera.x, camera.y, (2 * camera.scale) / (viewport.width * margin), (-2 * camera.scale) / (viewport.height * margin)];
  }

  private drawQuick(camera: Camera, viewport: Viewport): void {
    this.beginJob(camera, viewport);
    this.drawLinks(viewport, 0, Math.min(this.budget.quick, this.curveLayer.size));
    this.finish(viewport);
    this.stale = true;
  }

  private beginJob(camera: Camera, viewport: Viewport): void {
    const { gl } = this;
    const margin = this.margin(viewport);
    this.base.resize(Math.ceil(viewport.width * margin), Math.ceil(viewport.height * margin));
    this.links.resize(Math.ceil(this.base.width * this.budget.resolution), Math.ceil(this.base.height * this.budget.resolution));
    this.links.bind();
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.job = { camera: { ...camera }, next: 0, end: this.curveLayer.size };
  }

  private continueJob(viewport: Viewport): void {
    const job = this.job!;
    const count = Math.min(this.budget.portion, job.end - job.next);
    this.drawLinks(viewport, job.next, count);
    job.next += count;
    if (job.next >= job.end) this.finish(viewport);
  }

  private drawLinks(viewport: Viewport, first: number, count: number): void {
    const { gl, budget } = this;
    const { camera } = this.job!;
    const zoom = zoomOf(camera, viewport);
    const look: CurveLook = {
      view: this.viewOf(camera, viewport),
      width: this.links.width,
      height: this.links.height,
      halfWidth: Math.max(0.5, Math.min(1.1, 0.55 + 0.1 * Math.log2(Math.max(1, zoom))) * viewport.ratio * budget.resolution),
      gain: (budget.resolution < 1 ? 0.8 : 1.25) * Math.max(0.35, zoom ** -0.33),
    };
    this.links.bind();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    this.curveLayer.draw(look, first, count);
  }

  private finish(viewport: Viewport): void {
    const { gl } = this;
    const { camera } = this.job!;
    this.base.bind();
    gl.disable(gl.BLEND);
    this.drawGround(this.viewOf(camera, viewport));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    // Outlines step back as the reader comes closer.
    const presence = Math.max(0.35, 1 - 0.14 * Math.log2(Math.max(1, zoomOf(camera, viewport))));
    this.regions.draw(
      {
        view: this.viewOf(camera, viewport),
        width: this.base.width,
        height: this.base.height,
        halfWidth: 0.6 * viewport.ratio,
        fillAlpha: (this.light ? 0.075 : 0.05) * presence,
        lineAlpha: (this.light ? 0.5 : 0.36) * presence,
        light: this.light,
      },
      this.communities,
    );
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.camera = { ...camera };
    this.view = this.viewOf(camera, viewport);
    this.job = null;
    this.stale = false;
  }

  private drawGround(view: View): void {
    const { gl } = this;
    const { handle, uniforms } = this.compose;
    const ground = this.light ? LIGHT_GROUND : DARK_GROUND;
    gl.useProgram(handle);
    bindTexture(gl, 1, this.glow);
    bindTexture(gl, 0, this.links.texture);
    gl.uniform1i(uniforms.links, 0);
    gl.uniform1i(uniforms.glow, 1);
    gl.uniform4fv(uniforms.view, view);
    gl.uniform3fv(uniforms.inner, linear(ground.inner));
    gl.uniform3fv(uniforms.outer, linear(ground.outer));
    gl.uniform1f(uniforms.light, this.light ? 1 : 0);
    gl.uniform1f(uniforms.glowReach, GLOW_REACH);
    gl.bindVertexArray(this.square);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}

const sameCamera = (a: Camera, b: Camera): boolean => a.x === b.x && a.y === b.y && a.scale === b.scale;
const linear = (color: Rgb): number[] => color.map(linearOfChannel);
