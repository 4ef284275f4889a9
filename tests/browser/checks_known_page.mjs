// The numbers of the known page, compared with its list of edges.
import { eventually } from './browser.mjs';
import { percent, short } from './truth.mjs';

const CARD_ROWS = '#card tbody tr';

async function cardRows(page) {
  return page.locator(CARD_ROWS).evaluateAll((rows) =>
    rows.map((row) => ({ id: row.querySelector('[data-id]').dataset.id, shared: Number(row.dataset.shared), cells: [...row.cells].slice(1).map((cell) => cell.textContent) })),
  );
}

async function clickChannel({ page, handle, idle }, id, options = {}) {
  const { x, y } = await handle('positionOf', id);
  await page.mouse.click(x, y);
  if (options.settle !== false) await idle();
}

export async function searchFindsByPartOfNameAndLogin({ page, handle, find, text, hash, assert }) {
  const input = page.locator('#search');
  await input.fill('nnel 41');
  assert.equal(await input.getAttribute('aria-expanded'), 'true');
  assert.match(await page.locator('#matches li').first().innerText(), /^Channel 41/);
  await input.fill('channel_0');
  assert.equal(await page.locator('#matches li').count(), 8);
  assert.equal(await input.getAttribute('aria-activedescendant'), 'match-0');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  assert.equal(await input.getAttribute('aria-activedescendant'), 'match-1');
  assert.equal(await page.locator('#match-1').getAttribute('aria-selected'), 'true');
  await input.fill('no such channel');
  assert.match(await page.locator('#matches').innerText(), /No channel/);
  await find('pokemon');
  assert.match(await text('#card h2'), /Pokémon/, 'accents do not matter');
  await find('channel_041');
  assert.equal(await text('#card h2'), 'Channel 41');
  assert.match(await hash(), /channel=channel_041/);
  const at = await handle('positionOf', 'channel_041');
  const middle = await handle('middle');
  assert.ok(Math.hypot(at.x - middle.x, at.y - middle.y) < 2, JSON.stringify({ at, middle }));
}

export async function hoveringNamesAChannelAndDimsTheRest({ page, handle, truth, assert }) {
  const { x, y } = await handle('positionOf', 'channel_002');
  await page.mouse.move(x, y, { steps: 2 });
  await eventually(async () => assert.match(await page.locator('#tooltip').innerText(), /^Channel 2/));
  const neighbours = new Set(truth.overlapsOf(2).map(({ other }) => other));
  const stranger = truth.channels.findIndex((_, i) => i !== 2 && !neighbours.has(i));
  await eventually(async () => assert.ok((await handle('alphaOf', truth.channels[stranger].id)) <= 0.2));
  await eventually(async () => assert.equal(await handle('alphaOf', truth.channels[[...neighbours][0]].id), 1));
  const empty = await page.evaluate(() => {
    for (let x = 360; x < 1000; x += 10) if (window.vieweratlas.channelAt(x, 30) === null) return x;
    throw new Error('no empty place');
  });
  await page.mouse.move(empty, 30, { steps: 3 });
  await eventually(async () => assert.equal(await handle('alphaOf', truth.channels[stranger].id), 1));
  assert.ok(!(await page.locator('#tooltip').isVisible()));
}

export async function clickingListsTheNeighboursWithTheRightNumbers({ page, handle, idle, text, truth, assert }) {
  for (const index of [0, 9, 2, 130]) {
    const { id, name, audience } = truth.channels[index];
    if (index === 130) {
      await page.locator('#search').fill(id);
      await page.keyboard.press('Enter');
      await idle();
    } else {
      await clickChannel({ page, handle, idle }, id);
    }
    const overlaps = truth.overlapsOf(index);
    assert.equal(await text('#card h2'), name);
    assert.deepEqual((await page.locator('#card .tiles dd').allInnerTexts()), [short(audience), `#${index + 1}`, String(overlaps.length)]);
    const expected = overlaps.slice(0, 12).map(({ other, shared }) => ({
      id: truth.channels[other].id,
      shared,
      cells: [short(shared), percent(truth.share(shared, index)), `${truth.lift(index, other, shared).toFixed(truth.lift(index, other, shared) >= 99.5 ? 0 : 1)}×`],
    }));
    assert.deepEqual(await cardRows(page), expected);
    assert.match(await text('#announcer'), new RegExp(`^${name}, .* unique viewers`));
    await page.keyboard.press('Escape');
    await page.keyboard.press('0');
    await idle();
  }
}

export async function theCardOpensOutToAllNeighbours({ page, find, text, truth, assert }) {
  await find('channel_000');
  const overlaps = truth.overlapsOf(0);
  await page.getByRole('button', { name: /^Show \d+$/ }).click();
  const rows = await cardRows(page);
  assert.equal(rows.length, Math.min(200, overlaps.length));
  assert.deepEqual(rows.map(({ shared }) => shared), overlaps.slice(0, 200).map(({ shared }) => shared));
  await page.locator('#card .chip').click();
  assert.equal(await text('#card h2'), truth.communities[0]);
}

export async function nAndPWalkThroughTheOverlaps({ page, find, idle, text, truth, assert }) {
  await find('channel_009');
  const names = truth.overlapsOf(9).map(({ other }) => truth.channels[other].name);
  for (const [key, name] of [['n', names[0]], ['n', names[1]], ['p', names[0]], ['p', truth.channels[9].name]]) {
    await page.keyboard.press(key);
    await idle();
    assert.equal(await text('#card h2'), name);
  }
}

export async function aChannelWithoutLinksSaysSo({ page, find, text, truth, assert }) {
  await find(truth.channels.at(-1).id);
  assert.match(await text('#card'), /No visible channel shares 100 or more viewers/);
  assert.equal(await page.locator(CARD_ROWS).count(), 0);
}

export async function theLegendTogglesExactlyItsChannels({ page, handle, count, idle, settled, hash, text, truth, assert }) {
  const all = truth.channels.length;
  const rows = page.locator('#legend li');
  assert.equal(await rows.count(), truth.communities.length + 1, 'the loose channels have a row too');
  assert.deepEqual(await page.locator('#legend .name bdi').allTextContents(), [...truth.communities, 'No community']);
  assert.deepEqual(await page.locator('#legend small').allTextContents(), ['40', '40', '40', '40', '40', '40', '5']);
  await rows.nth(1).locator('.toggle').click();
  const without = truth.counts(({ community }) => community !== 1);
  assert.equal(await count('shown'), without.channels);
  assert.equal(await count('links'), without.links);
  assert.equal(await rows.nth(1).locator('.toggle').getAttribute('aria-pressed'), 'false');
  assert.match(await settled(hash), /off=1(&|$)/);
  await page.locator('#show-all').click();
  assert.equal(await count('shown'), all);
  await rows.nth(2).hover();
  await rows.nth(2).locator('.only').click();
  assert.equal(await count('shown'), 40);
  await page.locator('#show-all').click();
  await rows.nth(3).locator('.name').hover();
  await eventually(async () => assert.ok((await handle('alphaOf', 'channel_000')) < 0.2, 'hovering a row holds its community alone'));
  assert.equal(await handle('alphaOf', 'channel_003'), 1);
  await rows.nth(3).locator('.name').click();
  await idle();
  assert.equal(await text('#card h2'), truth.communities[3]);
  assert.ok((await handle('zoom')) > 1.5, 'clicking a name frames the community');
  await page.mouse.move(700, 20);
}

export async function filtersLeaveWhatTheEdgesSay({ page, count, settled, hash, truth, assert }) {
  const slide = (id, value) => page.locator(id).fill(String(value));
  const valueOf = async (key) => Number(new RegExp(`${key}=(\\d+)`).exec(await settled(hash))[1]);
  const expect = async (keep, minShared) => {
    const expected = truth.counts(keep, minShared);
    assert.equal(await count('shown'), expected.channels);
    assert.equal(await count('links'), expected.links);
  };
  await slide('#min-audience', 40);
  const minAudience = await valueOf('audience');
  await expect(({ audience }) => audience >= minAudience);
  await page.locator('#reset').click();
  let before = Infinity;
  for (const position of [10, 35, 60, 85, 100]) {
    await slide('#min-shared', position);
    const links = await count('links');
    assert.ok(links <= before, 'a higher threshold never adds links');
    assert.equal(await count('shown'), truth.channels.length, 'channels without links stay');
    before = links;
  }
  const minShared = await valueOf('shared');
  await expect(() => true, minShared);
  await page.locator('#reset').click();
  await page.locator('#language').selectOption({ label: 'German (61)' });
  await expect(({ language }) => language === 'de');
  await page.locator('#game').selectOption({ label: `Chess (${truth.channels.filter(({ game }) => game === 'Chess').length})` });
  await expect(({ language, game }) => language === 'de' && game === 'Chess');
  await page.locator('#reset').click();
  await expect(() => true);
}

export async function comparingTwoChannelsShowsPairPathAndCommonNeighbours({ page, find, idle, handle, text, settled, hash, truth, assert }) {
  const [a, b] = [0, 6];
  await find(truth.channels[a].id);
  await page.getByRole('button', { name: /^Compare/ }).click();
  await find(truth.channels[b].id);
  const shared = truth.shared(a, b);
  assert.deepEqual(await page.locator('#card .tiles dd').allInnerTexts(), [
    short(shared),
    `${percent(truth.share(shared, a))} / ${percent(truth.share(shared, b))}`,
    `${truth.lift(a, b, shared).toFixed(1)}×`,
  ]);
  const near = new Set(truth.overlapsOf(a).map(({ other }) => other));
  const common = truth.overlapsOf(b).filter(({ other }) => near.has(other)).length;
  assert.match(await text('#card'), new RegExp(`both share viewers with ${common}`, 'i'));
  assert.match(await settled(hash), /channel=channel_000&with=channel_006/);

  await find(truth.channels[a].id);
  await page.keyboard.press('0');
  await idle();
  const { stranger, x, y } = await strangerInView(truth, handle, a);
  await page.keyboard.down('Shift');
  await page.mouse.click(x, y);
  await page.keyboard.up('Shift');
  await idle();
  assert.match(await text('#card .tiles'), /< 100/, 'a pair without a link shares fewer than the threshold, not none');
  await checkPath(page, truth, a, stranger, assert);
  await page.getByRole('button', { name: 'Show path on the map' }).click();
  assert.match(await settled(hash), /path=1/);
  const onPath = await page.locator('#card .steps [data-id]').evaluateAll((steps) => steps.map((step) => step.dataset.id));
  for (const id of onPath) assert.equal(await handle('alphaOf', id), 1);
}

/** A channel without a link to `from` that no panel covers, but not one without any link. */
async function strangerInView(truth, handle, from) {
  for (let i = 7; i < truth.channels.length - 1; i++) {
    if (truth.shared(from, i) !== undefined) continue;
    const { id } = truth.channels[i];
    const { x, y } = await handle('positionOf', id);
    if (x > 350 && x < 700 && y > 20 && y < 620 && (await handle('channelAt', x, y)) === id) return { stranger: i, x, y };
  }
  throw new Error('no stranger in view');
}

async function checkPath(page, truth, from, to, assert) {
  const steps = await page.locator('#card .steps [data-id]').evaluateAll((list) => list.map((step) => step.dataset.id));
  const path = steps.map((id) => truth.indexOf(id));
  assert.equal(path[0], from);
  assert.equal(path.at(-1), to);
  let length = 0;
  for (let i = 1; i < path.length; i++) length += truth.stepLength(path[i - 1], path[i]);
  assert.ok(Math.abs(length - truth.pathLength(from, to)) < 1e-6, `${steps.join(' ')}: ${length}`);
}

export async function noPathIsSaidSo({ page, find, text, truth, assert }) {
  await find(truth.channels[0].id);
  await page.getByRole('button', { name: /^Compare/ }).click();
  await find(truth.channels.at(-1).id);
  assert.match(await text('#card'), /No path with the current filters/);
}

export async function theTableHoldsAllChannelsAndSelectsThem({ page, idle, text, truth, assert }) {
  await page.locator('#open-table').click();
  const rows = page.locator('#table tbody tr');
  assert.equal(await text('#table h2'), `${truth.channels.length} channels`);
  await page.locator('#table .scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
  await page.waitForFunction((wanted) => document.querySelectorAll('#table tbody tr').length === wanted, truth.channels.length);
  await page.locator('#table .scroll').evaluate((scroll) => scroll.scrollTo(0, 0));
  const cells = await rows.nth(9).locator('td').allInnerTexts();
  const [{ other, shared }] = truth.overlapsOf(9);
  const grouped = (value) => value.toLocaleString('en');
  assert.equal(cells[2], grouped(truth.channels[9].audience));
  assert.equal(cells[3], grouped(truth.overlapsOf(9).length));
  assert.equal(cells[4], `${truth.channels[other].name} (${grouped(shared)})`);
  await page.getByRole('button', { name: /^Unique viewers/ }).click();
  assert.equal(await page.locator('th[aria-sort="ascending"]').count(), 1);
  assert.equal(await rows.first().locator('.channel').getAttribute('data-id'), truth.channels.at(-1).id);
  await page.getByRole('button', { name: /^Links/ }).click();
  const most = Math.max(...truth.channels.map((_, i) => truth.overlapsOf(i).length));
  assert.equal(await rows.first().locator('td').nth(3).innerText(), grouped(most));
  await page.getByRole('button', { name: /^Unique viewers/ }).click();
  await rows.nth(4).locator('.channel').click();
  await idle();
  assert.ok(!(await page.locator('#table').isVisible()));
  assert.equal(await text('#card h2'), truth.channels[4].name);
}

export async function hostileTextStaysText({ page, handle, find, idle, text, truth, assert }) {
  assert.match(await page.title(), /^A map of <script>/);
  assert.equal(await page.locator('#title').textContent(), truth.title);
  await find('channel_003');
  assert.equal(await page.locator('#card h2').textContent(), truth.channels[3].name);
  assert.match(await page.locator('#card q').textContent(), /^<script>window\.hacked='title'<\/script> & "quotes"/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  await idle();
  const { x, y } = await handle('positionOf', 'channel_003');
  await page.mouse.move(x, y, { steps: 2 });
  await eventually(async () => assert.equal(await page.locator('#tooltip b').textContent(), truth.channels[3].name));
  await page.locator('#search').fill('</script');
  assert.match(await page.locator('#match-0').innerText(), /^<\/script><img src=x/);
  await page.keyboard.press('Escape');
  await page.locator('#legend .name').nth(1).click();
  await idle();
  assert.equal(await text('#card h2'), truth.communities[1]);
  assert.match(await text('#card .note'), /^<i>Because<\/i>/);
  await page.locator('#open-about').click();
  await page.locator('#about summary').first().click();
  assert.match(await text('#about'), /<img src=x onerror=window\.hacked=2>/);
  await page.keyboard.press('Escape');
  await page.locator('#open-table').click();
  assert.match(await text('#table tbody'), /<!--<script>/);
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate('window.hacked'), undefined);
  assert.equal(await page.evaluate("document.querySelectorAll('img, #legend svg, iframe').length"), 0);
  assert.equal(await page.evaluate('document.scripts.length'), 2, 'the data and the page itself');
}
