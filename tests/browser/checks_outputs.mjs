// What the page hands out: pictures and tables.
import { readFileSync } from 'node:fs';

async function download(page, what) {
  await page.locator('#open-export').click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-export="${what}"]`).click()]);
  const bytes = readFileSync(await file.path());
  await page.keyboard.press('Escape');
  return { name: file.suggestedFilename(), bytes };
}

/** Rows of a CSV file by RFC 4180. */
function rowsOf(bytes) {
  const text = bytes.toString('utf8');
  const rows = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (quoted && text[i] === '"' && text[i + 1] === '"') { field += '"'; i++; }
    else if (text[i] === '"') quoted = !quoted;
    else if (!quoted && text[i] === ',') { rows.at(-1).push(field); field = ''; }
    else if (!quoted && text.startsWith('\r\n', i)) { rows.at(-1).push(field); field = ''; rows.push([]); i++; }
    else field += text[i];
  }
  return rows.slice(0, -1);
}

export async function pngAtOneAndTwoTimesParses({ page, assert }) {
  for (const factor of [1, 2]) {
    const { name, bytes } = await download(page, `png${factor}`);
    assert.equal(name, `vieweratlas-${factor}x.png`);
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1100 * factor, 640 * factor]);
    assert.ok(bytes.length > 30_000, 'the picture is not empty');
  }
}

export async function svgParses({ page, count, assert }) {
  const { bytes } = await download(page, 'svg');
  const facts = await page.evaluate((text) => {
    const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
    return { error: svg.querySelector('parsererror')?.textContent, circles: svg.querySelectorAll('circle').length, texts: svg.querySelectorAll('text').length, scripts: svg.querySelectorAll('script').length };
  }, bytes.toString('utf8'));
  assert.equal(facts.error, undefined);
  assert.equal(facts.circles, await count('shown'));
  assert.ok(facts.texts > 5);
  assert.equal(facts.scripts, 0);
}

export async function tablesOfWhatIsVisibleParse({ page, count, truth, assert }) {
  const channels = rowsOf((await download(page, 'channels')).bytes);
  assert.deepEqual(channels[0].slice(0, 4), ['id', 'name', 'audience', 'community']);
  assert.equal(channels.length - 1, await count('shown'));
  assert.ok(channels.every((row) => row.length === channels[0].length));
  const links = rowsOf((await download(page, 'links')).bytes);
  assert.equal(links.length - 1, await count('links'));
  if (!truth) return;
  assert.equal(channels[6][1], `'${truth.channels[5].name}`, 'no formula reaches a spreadsheet');
  const [source, target, shared] = links[17];
  assert.equal(Number(shared), truth.shared(truth.indexOf(source), truth.indexOf(target)));
}

export async function theOverlapsOfAChannelAreATable({ page, find, truth, assert }) {
  if (!truth) return;
  await find('channel_000');
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#card h3 .link').click()]);
  const rows = rowsOf(readFileSync(await file.path()));
  assert.deepEqual(rows.slice(1).map(([id, , shared]) => [id, Number(shared)]), truth.overlapsOf(0).map(({ other, shared }) => [truth.channels[other].id, shared]));
}
