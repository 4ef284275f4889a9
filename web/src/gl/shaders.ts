// The shaders. `view` takes map units to clip space; `colors` is a texture of the communities' colours: linear RGB and
// 1 = shown in alpha, 1024 to a row; its upper half holds the darker colours of the light ground.

const MAP = `
uniform vec4 view;
vec4 clipOf(vec2 p) { return vec4((p - view.xy) * view.zw, 0., 1.); }`;

const COLORS = `
uniform sampler2D colors;
vec4 colorOf(float k) { int i = int(k); return texelFetch(colors, ivec2(i & 1023, i >> 10), 0); }`;

const SRGB = `
vec3 srgb(vec3 c) { return mix(c * 12.92, 1.055 * pow(max(c, vec3(1e-5)), vec3(1. / 2.4)) - .055, step(.0031308, c)); }`;

/** A strip along a cubic curve, `halfWidth` pixels to each side; colour runs from source to target. Additive. */
export const CURVE_VERTEX = `${MAP}${COLORS}
layout(location = 0) in vec2 along;      // t, side
layout(location = 1) in vec4 ends;
layout(location = 2) in vec4 controls;
layout(location = 3) in vec4 look;       // source community, target community, strength, shown
uniform vec2 pixel;
uniform float halfWidth, gain;
out vec4 light;
out float across;
void main() {
  float t = along.x, u = 1. - t;
  vec2 a = ends.xy, b = controls.xy, c = controls.zw, d = ends.zw;
  vec2 p = u * u * u * a + 3. * u * u * t * b + 3. * u * t * t * c + t * t * t * d;
  vec2 slope = 3. * (u * u * (b - a) + 2. * u * t * (c - b) + t * t * (d - c));
  vec2 s = slope * view.zw / pixel;
  vec2 normal = normalize(vec2(-s.y, s.x) + 1e-9);
  across = along.y * (halfWidth + 1.);
  gl_Position = clipOf(p);
  gl_Position.xy += normal * pixel * across;
  vec4 from = colorOf(look.x), to = colorOf(look.y);
  light = vec4(mix(from.rgb, to.rgb, t * t * (3. - 2. * t)), look.z * gain * from.a * to.a * look.w);
  if (light.a == 0.) gl_Position = vec4(2., 2., 2., 1.);
}`;
export const CURVE_FRAGMENT = `
in vec4 light;
in float across;
uniform float halfWidth;
out vec4 color;
void main() {
  float a = light.a * clamp(halfWidth + .5 - abs(across), 0., 1.) * min(1., halfWidth * 2.);
  color = vec4(light.rgb * a, a);
}`;

/** A circle with a soft shade, a rim and a gap ring; a second ring around roots. */
export const CIRCLE_VERTEX = `${MAP}${COLORS}${SRGB}
layout(location = 0) in vec2 corner;
layout(location = 1) in vec4 circle;     // x, y, radius, alpha
layout(location = 2) in vec2 look;       // community, emphasis
uniform vec2 pixel;
uniform float scale, dim, rimRow;
out vec2 at;
out vec3 fill;
out vec3 rimColor;
out float alpha, radius, emphasis;
void main() {
  radius = circle.z * scale;
  emphasis = look.y;
  vec4 c = colorOf(look.x);
  fill = srgb(c.rgb);
  rimColor = srgb(colorOf(look.x + rimRow).rgb);
  alpha = c.a * (emphasis < .5 ? dim : 1.) * circle.w;
  float reach = radius + 2. + (emphasis > 1.5 ? 5. : 0.);
  at = corner * reach;
  gl_Position = clipOf(circle.xy);
  gl_Position.xy += at * pixel;
  if (alpha < .004) gl_Position = vec4(2., 2., 2., 1.);
}`;
export const CIRCLE_FRAGMENT = `
in vec2 at;
in vec3 fill, rimColor;
in float alpha, radius, emphasis;
uniform vec3 gap;
uniform float light;
out vec4 color;
void main() {
  float d = length(at);
  float disc = clamp(radius + .5 - d, 0., 1.);
  float shade = clamp(length(at - vec2(-.25, .35) * radius) / (radius * 1.25), 0., 1.);
  vec3 c = mix(mix(fill, vec3(1.), .17), fill * .82, smoothstep(.15, 1., shade));
  float rim = smoothstep(1.6, .4, abs(d - radius + 1.2));
  c = light > .5 ? mix(c, rimColor * .82, rim * step(2.5, radius)) : c + rim * .13 * step(5., radius);
  float halo = clamp(radius + 1.6 - d, 0., 1.) * (1. - disc);
  c = mix(gap, c, disc);
  float a = max(disc, halo * .85);
  float ring = emphasis > 1.5 ? smoothstep(1.5, .5, abs(d - radius - 4.)) : 0.;
  c = mix(c, light > .5 ? vec3(.05) : vec3(1.), ring);
  a = max(a, ring) * alpha;
  color = vec4(c * a, a);
}`;

/** Plain triangles in the colour of one community. */
export const FILL_VERTEX = `${MAP}${COLORS}
layout(location = 0) in vec2 p;
uniform float community;
out vec4 color0;
void main() { gl_Position = clipOf(p); color0 = colorOf(community); }`;
export const FILL_FRAGMENT = `${SRGB}
in vec4 color0;
uniform float alpha;
out vec4 color;
void main() { float a = alpha * color0.a; color = vec4(srgb(color0.rgb) * a, a); }`;

/** Line segments of an outline. */
export const LINE_VERTEX = `${MAP}${COLORS}
layout(location = 0) in vec2 along;
layout(location = 1) in vec4 ends;
layout(location = 2) in float community;
uniform vec2 pixel;
uniform float halfWidth, rimRow;
out vec4 color0;
out float across;
void main() {
  vec2 s = (ends.zw - ends.xy) * view.zw / pixel;
  vec2 normal = normalize(vec2(-s.y, s.x) + 1e-9);
  across = along.y * (halfWidth + 1.);
  gl_Position = clipOf(mix(ends.xy, ends.zw, along.x));
  gl_Position.xy += normal * pixel * across;
  color0 = vec4(colorOf(community + rimRow).rgb, colorOf(community).a);
  if (color0.a == 0.) gl_Position = vec4(2., 2., 2., 1.);
}`;
export const LINE_FRAGMENT = `${SRGB}
in vec4 color0;
in float across;
uniform float halfWidth, alpha;
out vec4 color;
void main() {
  float a = clamp(halfWidth + .5 - abs(across), 0., 1.) * color0.a * alpha;
  color = vec4(srgb(color0.rgb) * a, a);
}`;

/** Ground, glow and links in one pass: light is added on the dark ground and absorbed on the light one. */
export const COMPOSE_VERTEX = `
layout(location = 0) in vec2 corner;
out vec2 uv;
void main() { uv = corner; gl_Position = vec4(corner * 2. - 1., 0., 1.); }`;
export const COMPOSE_FRAGMENT = `${SRGB}
in vec2 uv;
uniform sampler2D links, glow;
uniform vec4 view;
uniform vec3 inner, outer;
uniform float light, glowReach;
out vec4 color;
// A shoulder that keeps the hue: each channel for itself would turn crowded places white.
vec3 shoulder(vec3 c, float limit) {
  float m = max(c.r, max(c.g, c.b));
  return m < 1e-6 ? vec3(0.) : c * (limit * (1. - exp(-m / limit)) / m);
}
vec3 absorbed(vec3 c, float depth, float gain) {
  float m = max(c.r, max(c.g, max(c.b, 1e-6)));
  return 1. - (1. - c / m * depth) * min(1., m * gain);
}
void main() {
  vec2 p = (uv * 2. - 1.) / view.zw + view.xy;
  vec2 g = p / (2. * glowReach) + .5;
  vec3 haze = vec3(0.);
  if (all(greaterThan(g, vec2(0.))) && all(lessThan(g, vec2(1.)))) { vec3 s = texture(glow, g).rgb; haze = s * s * .25; }
  haze = shoulder(haze, .075);
  vec3 beams = shoulder(texture(links, uv).rgb, .60);
  float away = clamp(length(p) / 1500., 0., 1.);
  vec3 c = mix(inner, outer, away * away * (3. - 2. * away));
  c = light < .5 ? c + haze + beams : c * absorbed(haze, 1., 9.) * absorbed(beams, .75, 2.2);
  // Interleaved gradient noise against banding.
  float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(.06711056, .00583715))));
  color = vec4(srgb(c) + (noise - .5) / 255., 1.);
}`;

/** The base layer shown through another camera. */
export const BLIT_VERTEX = `
layout(location = 0) in vec2 corner;
uniform vec4 view, baseView;
out vec2 uv;
void main() {
  vec2 p = (corner * 2. - 1.) / view.zw + view.xy;
  uv = (p - baseView.xy) * baseView.zw * .5 + .5;
  gl_Position = vec4(corner * 2. - 1., 0., 1.);
}`;
export const BLIT_FRAGMENT = `
in vec2 uv;
uniform sampler2D base;
uniform float clear;
uniform vec3 dimmed;
out vec4 color;
void main() { color = vec4(mix(dimmed, texture(base, uv).rgb, clear), 1.); }`;

/** Names, cut from a sheet of whole rasterised strings. */
export const TEXT_VERTEX = `
layout(location = 0) in vec2 corner;
layout(location = 1) in vec4 rect;       // left, top, width, height in pixels
layout(location = 2) in vec4 cut;        // the same on the sheet, 0..1
layout(location = 3) in float alpha;
uniform vec2 size;
out vec2 uv;
out float clear;
void main() {
  vec2 p = rect.xy + corner * rect.zw;
  gl_Position = vec4(p.x * 2. / size.x - 1., 1. - p.y * 2. / size.y, 0., 1.);
  uv = cut.xy + corner * cut.zw;
  clear = alpha;
}`;
export const TEXT_FRAGMENT = `
in vec2 uv;
in float clear;
uniform sampler2D sheet;
out vec4 color;
void main() { color = texture(sheet, uv) * clear; }`;
