import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph } from '../src/data/graph';
import { strongestPath } from '../src/data/path';
import { folded, SearchIndex } from '../src/data/search';
import { randomAtlas } from './atlas_fixture';

test('a channel lists its links strongest first, from both ends', () => {
  const atlas = randomAtlas(1, 60, 0.2);
  const graph = new Graph(atlas);
  let total = 0;
  for (let channel = 0; channel < atlas.channels.count; channel++) {
    const links = [...graph.linksOf(channel)];
    total += links.length;
    assert.equal(links.length, atlas.channels.degree[channel]);
    const shared = links.map((link) => atlas.links.shared[link]);
    assert.deepEqual(shared, [...shared].sort((a, b) => b - a));
    for (const link of links) {
      assert.equal(graph.otherEnd(link, graph.otherEnd(link, channel)), channel);
      assert.equal(graph.linkBetween(channel, graph.otherEnd(link, channel)), link);
    }
  }
  assert.equal(total, 2 * atlas.links.count);
});

test('paths are as short as plain relaxation finds them, and use usable links only', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const atlas = randomAtlas(seed, 40, 0.06);
    const graph = new Graph(atlas);
    const usable = (link: number) => link % 5 !== 0;
    const length = (link: number) => -Math.log(Math.min(0.999, Math.max(1e-9, graph.cosine[link]))) + 0.2;
    const distance = Array<number>(atlas.channels.count).fill(Infinity);
    distance[0] = 0;
    for (let round = 0; round < atlas.channels.count; round++) {
      for (let link = 0; link < atlas.links.count; link++) {
        if (!usable(link)) continue;
        const [a, b] = [atlas.links.source[link], atlas.links.target[link]];
        distance[b] = Math.min(distance[b], distance[a] + length(link));
        distance[a] = Math.min(distance[a], distance[b] + length(link));
      }
    }
    for (let to = 1; to < atlas.channels.count; to++) {
      const path = strongestPath(graph, 0, to, usable);
      if (!path) {
        assert.equal(distance[to], Infinity, `seed ${seed}, channel ${to}`);
        continue;
      }
      const total = path.links.reduce((sum, link) => sum + length(link), 0);
      assert.ok(Math.abs(total - distance[to]) < 1e-9, `seed ${seed}, channel ${to}: ${total} against ${distance[to]}`);
      assert.ok(path.links.every(usable));
      path.links.forEach((link, i) => assert.equal(graph.otherEnd(link, path.channels[i]), path.channels[i + 1]));
    }
  }
});

test('search folds case and accents, and takes beginnings first', () => {
  const { channels } = randomAtlas(3, 30, 0);
  channels.names[7] = 'Pokémon';
  channels.names[9] = 'МАША';
  channels.ids[12] = 'xpokemon';
  const index = new SearchIndex(channels);
  assert.deepEqual(index.find('poke', 5), [7, 12]);
  assert.deepEqual(index.find('маш', 5), [9]);
  assert.deepEqual(index.find('CHANNEL2', 3), [2, 20, 21]);
  assert.deepEqual(index.find('   ', 3), []);
  assert.equal(folded('ＡＢＣ'), 'abc');
});
