// Draws frames: the base layer through the camera, focused links, circles, names.

import type { Atlas } from '../data/atlas';
import type { Graph } from '../data/graph';
import { type Camera, circleScale, type Viewport } from '../scene/camera';
import { DARK_GROUND, LIGHT_GROUND } from '../scene/color';
import { Curves } from '../scene/curves';
import { type Focus, MAX_FOCUS_LINKS } from '../scene/focus';
import type { Label } from '../scene/labels';
import type { Visibility } from '../scene/visibility';
import { BaseLayer, type Progress } from './base_layer';
import { CircleLayer } from './circle_layer';
import { CommunityColors } from './community_colors';
import { bindTexture, type Gl, isSoftware, makeBuffer, makeProgram, makeVertexArray, openContext, type Program, type View } from './context';
import { CurveLayer } from './curve_layer';
import { BLIT_FRAGMENT, BLIT_VERTEX } from './shaders';
import { TextLayer } from './text_layer';

export interface Frame {
  camera: Camera;
  viewport: Viewport;
  labels: readonly Label[];
  /** 1 = the whole map is clear, 0 = all but the focus is dimmed. */
  clearness: number;
  /** The camera is on its way: sizes of names are rounded. */
  moving: boolean;
}

const FOCUS_SEGMENTS = 24;

export class Painter {
  readonly software: boolean;
  private readonly gl: Gl;
  private readonly blit: Program;
  private readonly square: WebGLVertexArrayObject;
  private readonly curves: Curves;
  private readonly colors: CommunityColors;
  private readonly base: BaseLayer;
  private readonly focusLayer: CurveLayer;
  private readonly circles: CircleLayer;
  private readonly text: TextLayer;
  private light = false;

  /** Returns null when the browser has no WebGL2. `margin`: keep a border around the view for dragging. */
  static open(canvas: HTMLCanvasElement | OffscreenCanvas, graph: Graph, ratio: number, margin = true): Painter | null {
    const gl = openContext(canvas);
    return gl ? new Painter(gl, graph, ratio, margin) : null;
  }

  private constructor(gl: Gl, graph: Graph, ratio: number, margin: boolean) {
    const atlas: Atlas = graph.atlas;
    this.gl = gl;
    this.software = isSoftware(gl);
    this.blit = makeProgram(gl, BLIT_VERTEX, BLIT_FRAGMENT);
    this.square = makeVertexArray(gl, [{ buffer: makeBuffer(gl, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1])), sizes: [2], perInstance: false }]);
    this.curves = new Curves(graph);
    this.colors = new CommunityColors(gl, atlas);
    this.base = new BaseLayer(gl, atlas, graph, this.curves, this.colors, { software: this.software, margin });
    this.focusLayer = new CurveLayer(gl, this.colors, Math.min(atlas.links.count, MAX_FOCUS_LINKS), FOCUS_SEGMENTS);
    this.circles = new CircleLayer(gl, this.colors, atlas);
    this.text = new TextLayer(gl, atlas, ratio);
  }

  setLight(light: boolean): void {
    this.light = light;
    this.base.setLight(light);
    this.text.setLight(light);
  }

  setVisibility(visibility: Visibility): void {
    this.colors.show(visibility.communities);
    this.circles.setVisible(visibility.channels, visibility.linked);
    this.base.setVisibility(visibility);
  }

  setFocus(focus: Focus | null): void {
    this.circles.setEmphasis(focus ? focus.emphasis : null);
    const links = focus ? focus.links : [];
    this.focusLayer.set(this.curves, links.map(({ link }) => link), (i) => links[i].strength);
  }

  /** The canvas changed its size, or its contents were lost. */
  markStale(): void {
    this.base.markStale();
  }

  /** Brings what lies under the circles nearer to `camera`, in a portion that does not hold up the page. */
  prepare(camera: Camera, viewport: Viewport, moving: boolean): Progress {
    return this.base.step(camera, viewport, moving);
  }

  /** Draws a frame with all that belongs to it. */
  drawComplete(frame: Frame): void {
    if (!this.base.isExact(frame.camera)) this.base.drawNow(frame.camera, frame.viewport);
    this.draw(frame);
  }

  /** Waits for the graphics processor: for measuring. */
  finish(): void {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  /** Gives the memory back at once; the painter cannot be used afterwards. */
  close(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  draw({ camera, viewport, labels, clearness, moving }: Frame): void {
    const { gl, light } = this;
    const { width, height } = viewport;
    const view: View = [camera.x, camera.y, (2 * camera.scale) / width, (-2 * camera.scale) / height];
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    gl.disable(gl.BLEND);
    this.drawBase(view, clearness);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, light ? gl.ONE_MINUS_SRC_ALPHA : gl.ONE);
    this.focusLayer.draw({ view, width, height, halfWidth: 0.9 * viewport.ratio, gain: 1 }, 0, this.focusLayer.size);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.circles.draw({
      view,
      width,
      height,
      scale: circleScale(camera.scale, viewport),
      dim: 0.1 + 0.9 * clearness ** 3,
      gap: (light ? LIGHT_GROUND : DARK_GROUND).gap,
      light,
    });
    this.text.draw(labels, width, height, moving);
    gl.bindVertexArray(null);
  }

  private drawBase(view: View, clearness: number): void {
    const { gl } = this;
    const { handle, uniforms } = this.blit;
    gl.useProgram(handle);
    bindTexture(gl, 0, this.base.texture);
    gl.uniform1i(uniforms.base, 0);
    gl.uniform4fv(uniforms.view, view);
    gl.uniform4fv(uniforms.baseView, this.base.view);
    gl.uniform1f(uniforms.clear, 0.22 + 0.78 * clearness);
    gl.uniform3fv(uniforms.dimmed, (this.light ? LIGHT_GROUND : DARK_GROUND).dimmed);
    gl.bindVertexArray(this.square);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}
