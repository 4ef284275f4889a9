import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from '../src/ui/csv';
import { languageName, percent, shortNumber, times, windowOf } from '../src/ui/format';
import { Model } from '../src/ui/model';
import { Store } from '../src/ui/state';
import { randomAtlas } from './atlas_fixture';

test('numbers in few characters', () => {
  const cases: [number, string][] = [
    [0, '0'], [87, '87'], [999, '999'], [1000, '1.0k'], [8123, '8.1k'], [9949, '9.9k'], [9950, '10k'], [224_400, '224k'],
    [999_499, '999k'], [999_500, '1.00M'], [1_234_567, '1.23M'], [25_300_000, '25M'],
  ];
  for (const [value, text] of cases) assert.equal(shortNumber(value), text);
  assert.deepEqual([percent(0), percent(0.0004), percent(0.097), percent(0.1), percent(1)], ['0%', '0.04%', '9.7%', '10%', '100%']);
  assert.deepEqual([times(1.04), times(123.4)], ['1.0×', '123×']);
});

test('windows of time in words', () => {
  assert.equal(windowOf('2022-01-01T00:00:00Z', '2022-01-31T23:00:00Z'), '1–31 Jan 2022');
  assert.equal(windowOf('2021-12-30T00:00:00Z', '2022-01-02T00:00:00Z'), '30 Dec 2021 – 2 Jan 2022');
  assert.equal(windowOf('2022-01-01T00:00:00Z', '2022-01-01T05:00:00Z'), '1 Jan 2022');
  assert.equal(windowOf('', ''), '');
});

test('language codes as names, other text as it is', () => {
  assert.equal(languageName('de'), 'German');
  assert.equal(languageName('<b>'), '<b>');
});

test('CSV quotes what needs it and disarms formulas, but not numbers', () => {
  const rows = [['x,"y"', -3], ['=1+1', '-2.5'], ['@x', 'line\nbreak']];
  assert.equal(csvOf(['a', 'b'], rows), 'a,b\r\n"x,""y""",-3\r\n\'=1+1,-2.5\r\n\'@x,"line\nbreak"\r\n');
});

test('listeners hear what changed, and only when something did', () => {
  const store = new Store();
  const heard: string[] = [];
  store.listen((_, changed) => heard.push(`${changed('selected')} ${changed('hovered')}`));
  store.update({ selected: 3, hovered: -1 });
  store.update({ selected: 3 });
  store.update({ hovered: 1 });
  assert.deepEqual(heard, ['true false', 'false true']);
});

test('choosing a second channel compares it, closing forgets both', () => {
  const model = new Model(randomAtlas(2, 40, 0.3));
  model.choose(3, false);
  model.choose(5, true);
  assert.deepEqual([model.state.selected, model.state.compared], [3, 5]);
  assert.equal(model.path?.channels[0], 3);
  assert.equal(model.path?.channels.at(-1), 5);
  assert.equal(model.focus?.emphasis[5], 2);
  model.closeCard();
  assert.equal(model.path, null);
  assert.equal(model.focus, null);
  model.showOnly(1);
  assert.equal(model.visibility.numChannels, 10);
  model.toggleCommunity(1);
  assert.equal(model.visibility.numChannels, 0);
});
