// WebGL2 in small pieces: programs with their uniforms, buffers, vertex arrays, textures, targets.

export type Gl = WebGL2RenderingContext;

export function openContext(canvas: HTMLCanvasElement | OffscreenCanvas): Gl | null {
  return canvas.getContext('webgl2', {
    antialias: false,
    alpha: false,
    depth: false,
    stencil: false,
    powerPreference: 'high-performance',
    preserveDrawingBuffer: false,
  }) as Gl | null;
}

/** True when the machine draws with its processor: then fewer links at half size keep the page quick. */
export function isSoftware(gl: Gl): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export interface Program {
  handle: WebGLProgram;
  uniforms: Record<string, WebGLUniformLocation>;
}

export function makeProgram(gl: Gl, vertex: string, fragment: string): Program {
  const handle = gl.createProgram()!;
  gl.attachShader(handle, compile(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(handle, compile(gl, gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(handle);
  if (!gl.getProgramParameter(handle, gl.LINK_STATUS)) throw new Error(`Linking a shader failed: ${gl.getProgramInfoLog(handle)}`);
  const uniforms: Record<string, WebGLUniformLocation> = {};
  const count = gl.getProgramParameter(handle, gl.ACTIVE_UNIFORMS) as number;
  for (let i = 0; i < count; i++) {
    const { name } = gl.getActiveUniform(handle, i)!;
    uniforms[name] = gl.getUniformLocation(handle, name)!;
  }
  return { handle, uniforms };
}

function compile(gl: Gl, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type)!;
  gl.shaderSource(shader, `#version 300 es\nprecision highp float;\n${source}`);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`Compiling a shader failed: ${gl.getShaderInfoLog(shader)}`);
  return shader;
}

export function makeBuffer(gl: Gl, data: Float32Array, usage: number = gl.STATIC_DRAW): WebGLBuffer {
  const buffer = gl.createBuffer()!;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, usage);
  return buffer;
}

export interface Attribute {
  buffer: WebGLBuffer;
  /** Components of each attribute in the buffer, in order; they take consecutive locations. */
  sizes: number[];
  perInstance: boolean;
}

/** A vertex array of float attributes at locations 0, 1, 2, ... */
export function makeVertexArray(gl: Gl, attributes: Attribute[]): WebGLVertexArrayObject {
  const array = gl.createVertexArray()!;
  gl.bindVertexArray(array);
  let location = 0;
  for (const { buffer, sizes, perInstance } of attributes) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const stride = 4 * sizes.reduce((sum, size) => sum + size, 0);
    let offset = 0;
    for (const size of sizes) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, stride, offset);
      gl.vertexAttribDivisor(location, perInstance ? 1 : 0);
      offset += 4 * size;
      location++;
    }
  }
  gl.bindVertexArray(null);
  return array;
}

export interface TextureFormat {
  internal: number;
  format: number;
  type: number;
  filter: number;
}

export function makeTexture(gl: Gl, width: number, height: number, { internal, format, type, filter }: TextureFormat): WebGLTexture {
  const texture = gl.createTexture()!;
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, internal, width, height, 0, format, type, null);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/** A texture to draw into, sized on demand. */
export class Target {
  width = 0;
  height = 0;
  texture: WebGLTexture | null = null;
  private stencil: WebGLRenderbuffer | null = null;
  private readonly framebuffer: WebGLFramebuffer;

  constructor(
    private readonly gl: Gl,
    private readonly format: TextureFormat,
    private readonly withStencil: boolean,
  ) {
    this.framebuffer = gl.createFramebuffer()!;
  }

  resize(width: number, height: number): void {
    const { gl } = this;
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    gl.deleteTexture(this.texture);
    this.texture = makeTexture(gl, width, height, this.format);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
    if (!this.withStencil) return;
    this.stencil ??= gl.createRenderbuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.stencil);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH24_STENCIL8, width, height);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_STENCIL_ATTACHMENT, gl.RENDERBUFFER, this.stencil);
  }

  bind(): void {
    this.gl.bindFramebuffer(this.gl.FRAMEBUFFER, this.framebuffer);
    this.gl.viewport(0, 0, this.width, this.height);
  }
}

export function bindTexture(gl: Gl, unit: number, texture: WebGLTexture | null): void {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
}

/** From map units to clip space: (x, y) of the centre, then the factors. */
export type View = readonly [number, number, number, number];
