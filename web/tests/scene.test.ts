import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph } from '../src/data/graph';
import { centredOn, framing, makeViewport, mapX, mapY, screenX, screenY, zoomedAt } from '../src/scene/camera';
import { isInside, lineBreaks } from '../src/scene/community_names';
import { BoxIndex, HALF_LINE, nameBox } from '../src/scene/label_geometry';
import { planLabels } from '../src/scene/label_lod';
import { Motion } from '../src/scene/motion';
import { SpatialGrid } from '../src/scene/spatial_grid';
import { nameOnMap } from '../src/scene/text';
import { visibilityOf } from '../src/scene/visibility';
import { randomAtlas, randomFrom } from './atlas_fixture';

const viewport = makeViewport(1600, 1000, 1, { left: 336, top: 16, right: 16, bottom: 16 });

test('zooming keeps the point under the pointer', () => {
  const random = randomFrom(5);
  for (let i = 0; i < 200; i++) {
    const camera = { x: random() * 500, y: random() * 500, scale: viewport.fitScale * (0.6 + random() * 20) };
    const [px, py] = [random() * 1600, random() * 1000];
    const after = zoomedAt(camera, viewport, px, py, 0.3 + random() * 4);
    assert.ok(Math.abs(mapX(camera, viewport, px) - mapX(after, viewport, px)) < 1e-6);
    assert.ok(Math.abs(mapY(camera, viewport, py) - mapY(after, viewport, py)) < 1e-6);
  }
});

test('a framed box lies in the free area', () => {
  const insets = { left: 336, top: 16, right: 384, bottom: 16 };
  const camera = framing({ left: -400, right: 100, top: 50, bottom: 300 }, viewport, insets, 9);
  assert.ok(screenX(camera, viewport, -400) >= insets.left && screenX(camera, viewport, 100) <= 1600 - insets.right);
  assert.ok(screenY(camera, viewport, 50) >= insets.top && screenY(camera, viewport, 300) <= 1000 - insets.bottom);
  const centred = centredOn(20, 30, 2, insets);
  assert.equal(screenX(centred, viewport, 20), (insets.left + 1600 - insets.right) / 2);
  assert.equal(screenY(centred, viewport, 30), 500);
});

test('the camera flies, zooms and arrives exactly; without motion at once', () => {
  const motion = new Motion(() => false);
  motion.jumpTo({ x: 0, y: 0, scale: viewport.fitScale });
  motion.flyTo({ x: 100, y: 50, scale: viewport.fitScale * 4 }, 0, 600);
  assert.ok(motion.step(300, viewport));
  assert.ok(motion.camera.x > 0 && motion.camera.x < 100);
  assert.ok(!motion.step(600, viewport));
  assert.deepEqual(motion.camera, { x: 100, y: 50, scale: viewport.fitScale * 4 });
  motion.zoomBy(2, { px: 10, py: 10 }, viewport, 1000, 100);
  motion.zoomBy(2, { px: 10, py: 10 }, viewport, 1010, 100);
  motion.step(2000, viewport);
  assert.ok(Math.abs(motion.camera.scale / viewport.fitScale - 16) < 1e-9, 'turns of the wheel add up');
  const still = new Motion(() => true);
  still.flyTo({ x: 1, y: 2, scale: 3 }, 0, 600);
  assert.ok(!still.active);
  assert.deepEqual(still.camera, { x: 1, y: 2, scale: 3 });
});

test('picking finds what a look at every circle finds', () => {
  const { channels } = randomAtlas(8, 300, 0);
  const grid = new SpatialGrid(channels);
  const random = randomFrom(9);
  const visible = Uint8Array.from(channels.x, () => (random() < 0.8 ? 1 : 0));
  for (let i = 0; i < 500; i++) {
    const [x, y, growth] = [(random() - 0.5) * 2000, (random() - 0.5) * 2000, 0.3 + random()];
    let best = -1;
    let bestDistance = 4;
    for (let c = 0; c < channels.count; c++) {
      const distance = Math.hypot(channels.x[c] - x, channels.y[c] - y) - channels.radius[c] * growth;
      if (visible[c] && distance < bestDistance) [best, bestDistance] = [c, distance];
    }
    assert.equal(grid.pick(x, y, growth, 4, visible), best);
  }
});

test('planned names never overlap at any zoom, also between the steps', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const { channels } = randomAtlas(seed, 250, 0);
    const nameWidths = Float32Array.from(channels.names, (name, i) => (name.length + (i % 9)) * 0.55);
    const fitScale = 0.45;
    const plan = planLabels({ channels, grid: new SpatialGrid(channels), visible: new Uint8Array(250).fill(1), nameWidths, fitScale, communityNames: [] });
    assert.ok(plan.appearsAt.filter((zoom) => zoom === 1).length > 20);
    for (let zoom = 1; zoom < 100; zoom *= 1.07) {
      const taken = new BoxIndex();
      for (let i = 0; i < channels.count; i++) {
        if (plan.appearsAt[i] > zoom) continue;
        const box = nameBox(plan.place[i], channels.radius[i] * fitScale * zoom ** 0.78, nameWidths[i]);
        const x = channels.x[i] * fitScale * zoom + box.dx;
        const y = channels.y[i] * fitScale * zoom + box.dy;
        const rect = [x - box.widthPx / 2, y - box.fontPx * HALF_LINE + 0.5, x + box.widthPx / 2, y + box.fontPx * HALF_LINE - 0.5] as const;
        assert.ok(!taken.meets(...rect), `seed ${seed}, zoom ${zoom}, channel ${i}`);
        taken.add(...rect);
      }
    }
  }
});

test('filters leave exactly what passes all of them', () => {
  const atlas = randomAtlas(4, 80, 0.2);
  const graph = new Graph(atlas);
  const { channels, links } = atlas;
  const visibility = visibilityOf(atlas, graph, { hidden: new Set([2]), minAudience: 30_000, minShared: 200, language: 1, game: -1 });
  const keep = (i: number) => channels.audience[i] >= 30_000 && channels.community[i] !== 2 && channels.language[i] === 1;
  for (let i = 0; i < channels.count; i++) assert.equal(visibility.channels[i], keep(i) ? 1 : 0);
  let shown = 0;
  for (let link = 0; link < links.count; link++) {
    const expected = keep(links.source[link]) && keep(links.target[link]) && links.shared[link] >= 200;
    assert.equal(visibility.links[link], expected ? 1 : 0);
    if (expected) shown++;
  }
  assert.equal(visibility.numLinks, shown);
});

test('names of communities break at the dot, or near the middle', () => {
  assert.deepEqual(lineBreaks('German · Just Chatting'), [['GERMAN · JUST CHATTING'], ['GERMAN', 'JUST CHATTING']]);
  assert.deepEqual(lineBreaks('Taiwan & Hong Kong'), [['TAIWAN & HONG KONG'], ['TAIWAN &', 'HONG KONG']]);
  assert.deepEqual(lineBreaks('French'), [['FRENCH']]);
  assert.equal([...lineBreaks('x'.repeat(90))[0][0]].length, 42);
});

test('names on the map are one short line', () => {
  assert.equal(nameOnMap('a\nb\u2028c\u202Ed'), 'a b c d');
  assert.equal([...nameOnMap('😀'.repeat(50))].length, 28);
  assert.equal(nameOnMap('👩‍🚀'), '👩‍🚀');
});

test('a point is inside an outline by the even-odd rule', () => {
  const square = Float32Array.from([0, 0, 10, 0, 10, 10, 0, 10]);
  assert.ok(isInside(square, 5, 5));
  assert.ok(!isInside(square, 15, 5));
  assert.ok(!isInside(square, -1, 9.99));
});
