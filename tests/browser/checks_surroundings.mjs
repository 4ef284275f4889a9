// The page in other surroundings: reloaded, on a phone, without motion, without WebGL2, damaged.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './browser.mjs';

export async function theAddressBringsEverythingBack({ open, truth, assert }) {
  const at = 'view=2.500,120.0,-80.0&channel=channel_000&with=channel_006&path=1&off=4&audience=900&shared=150&theme=light';
  const first = await open({ at });
  assert.equal(await first.hash(), `#${at}`, 'reading the address does not change it');
  assert.equal(await first.page.evaluate('document.documentElement.dataset.theme'), 'light');
  assert.match(await first.text('#card'), /compare/i);
  const expected = truth.counts(({ audience, community }) => audience >= 900 && community !== 4, 150);
  assert.deepEqual([await first.count('shown'), await first.count('links')], [expected.channels, expected.links]);
  const card = await first.text('#card');
  await first.page.reload();
  await first.page.waitForSelector('body[data-ready]');
  await first.idle();
  assert.equal(await first.hash(), `#${at}`);
  assert.equal(await first.text('#card'), card);
  assert.deepEqual(first.problems, []);
  await first.close();
}

export async function nonsenseInTheAddressIsIgnored({ open, truth, assert }) {
  const { page, count, problems, close } = await open({ at: 'view=x,1,&channel=nobody&with=&off=99.-1.x&audience=-5&shared=1e999&language=%3Cb%3E&theme=pink&__proto__=1' });
  assert.equal(await count('shown'), truth.channels.length);
  assert.ok(!(await page.locator('#card').isVisible()));
  assert.deepEqual(problems, []);
  await close();
}

export async function aPhoneScrollsNothingAndHasLargeTargets({ open, truth, assert }) {
  const { page, handle, idle, text, problems, close } = await open({ width: 390, height: 844, phone: true });
  const overflow = await page.evaluate(() => [document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]);
  assert.ok(overflow[0] <= overflow[2] && overflow[1] <= overflow[2], overflow.join());
  const small = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('button, select, input')]
        .filter((element) => element.checkVisibility())
        .map((element) => [element.id || element.className || element.textContent, element.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
        .map(([name, box]) => `${name} ${box.width.toFixed(0)}x${box.height.toFixed(0)}`),
    );
  assert.deepEqual(await small(), []);
  await page.locator('#sheet-toggle').tap();
  assert.equal(await page.locator('#sheet-toggle').getAttribute('aria-expanded'), 'true');
  assert.deepEqual(await small(), []);
  await page.locator('#sheet-toggle').tap();
  await idle();
  const { x, y } = await handle('positionOf', 'channel_000');
  await page.touchscreen.tap(x, y);
  await idle();
  assert.equal(await text('#card h2'), truth.channels[0].name);
  assert.deepEqual(await small(), []);
  const inside = await page.locator('#card').boundingBox();
  assert.ok(inside.x >= 0 && inside.x + inside.width <= 390);
  const moved = await handle('positionOf', 'channel_000');
  assert.ok(moved.y < inside.y, 'the card does not cover the channel that it is about');
  assert.deepEqual(problems, []);
  await close();
}

export async function withMotionTheCameraFliesAndArrives({ open, assert }) {
  const { page, handle, idle, find, close } = await open({ width: 800, height: 600 });
  const before = await handle('zoom');
  await page.locator('#zoom-in').click();
  const during = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(window.vieweratlas.zoom()))));
  assert.ok(during < before * 1.6, 'the zoom takes its time');
  await idle();
  assert.ok(Math.abs((await handle('zoom')) / before - 1.6) < 1e-6);
  await find('channel_020');
  const at = await handle('positionOf', 'channel_020');
  const middle = await handle('middle');
  assert.ok(Math.hypot(at.x - middle.x, at.y - middle.y) < 2);
  await page.keyboard.press('Escape');
  await page.mouse.move(450, 300);
  await page.mouse.down();
  await page.mouse.move(500, 320, { steps: 4 });
  await page.mouse.up();
  await idle();
  const wheeled = await handle('zoom');
  await page.mouse.wheel(0, 200);
  await page.mouse.wheel(0, 200);
  await eventually(async () => assert.ok((await handle('zoom')) < wheeled * 0.5, 'turns of the wheel add up'));
  await close();
}

export async function withoutMotionEverythingArrivesAtOnce({ open, assert }) {
  const { page, handle, close } = await open({ reducedMotion: 'reduce' });
  const zooms = await page.evaluate(async () => {
    document.getElementById('zoom-in').click();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return [window.vieweratlas.zoom()];
  });
  assert.ok(Math.abs(zooms[0] - 1.6) < 1e-6, `one frame after the click the zoom is ${zooms[0]}`);
  await page.locator('#search').fill('channel_020');
  await page.keyboard.press('Enter');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const at = await handle('positionOf', 'channel_020');
  const middle = await handle('middle');
  assert.ok(Math.hypot(at.x - middle.x, at.y - middle.y) < 2);
  await close();
}

export async function withoutWebGl2TheTableOpensByItself({ open, truth, assert }) {
  const script = `HTMLCanvasElement.prototype.getContext = ((original) => function (kind, ...rest) { return kind === 'webgl2' ? null : original.call(this, kind, ...rest); })(HTMLCanvasElement.prototype.getContext);`;
  const { page, text, problems, close } = await open({ script });
  assert.ok(await page.locator('#table').isVisible());
  assert.match(await text('#table'), /no WebGL2/);
  await page.locator('#table tbody .channel').nth(1).click();
  assert.equal(await text('#card h2'), truth.channels[1].name);
  assert.deepEqual(problems, []);
  await close();
}

export async function aDamagedFileSaysSo({ open, file, assert }) {
  const folder = mkdtempSync(join(tmpdir(), 'vieweratlas-'));
  try {
    const damaged = join(folder, 'damaged.html');
    writeFileSync(damaged, readFileSync(file, 'utf8').replace(/(id="data">.{400}).{60}/, '$1'));
    const { page, text, close } = await open({ file: damaged });
    assert.equal(await page.evaluate('document.body.dataset.failed'), '1');
    assert.match(await text('#loading'), /could not be opened/);
    await close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
