// What holds for every page, whatever its data.
import { eventually } from './browser.mjs';

const ZOOMS = [1, 1.2, 1.4, 1.7, 2, 2.4, 2.8, 3.5, 4, 5.7, 8, 11, 16, 23, 32, 45, 64];

export async function opensWithAStrictPolicy({ page, assert }) {
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/);
  assert.doesNotMatch(policy, /unsafe|http/);
  assert.equal(await page.evaluate('document.body.dataset.ready'), '1');
}

export async function paintsTheMap({ page, assert }) {
  const colors = await page.evaluate(async () => {
    await window.vieweratlas.whenIdle();
    const map = document.getElementById('map');
    const copy = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const pen = copy.getContext('2d', { willReadFrequently: true });
    await new Promise((resolve) => {
      requestAnimationFrame(() => {
        window.vieweratlas.drawNow();
        pen.drawImage(map, 0, 0, 64, 64);
        resolve();
      });
    });
    const { data } = pen.getImageData(0, 0, 64, 64);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i] >> 4) * 256 + (data[i + 1] >> 4) * 16 + (data[i + 2] >> 4));
    return seen.size;
  });
  assert.ok(colors > 20, `only ${colors} colours on the map`);
}

export async function namesNeverOverlapAndNeverVanishWhenZoomingIn({ handle, assert }) {
  let before = null;
  for (const zoom of ZOOMS) {
    const boxes = await handle('labelBoxesAt', zoom);
    const clash = firstClash(boxes);
    assert.equal(clash, null, `at zoom ${zoom}: ${clash}`);
    const here = new Map(boxes.map((box) => [box.channel, box]));
    for (const [channel, box] of before ?? []) {
      if (!here.has(channel)) assert.ok(mayHaveLeftTheView(box), `${channel} vanished at zoom ${zoom}`);
    }
    before = here;
  }
}

function firstClash(boxes) {
  const sorted = [...boxes].sort((a, b) => a.left - b.left);
  for (let i = 0; i < sorted.length; i++) {
    for (let j = i + 1; j < sorted.length && sorted[j].left < sorted[i].right; j++) {
      const down = Math.min(sorted[i].bottom, sorted[j].bottom) - Math.max(sorted[i].top, sorted[j].top);
      if (down > 0.5) return `${sorted[i].channel} and ${sorted[j].channel}`;
    }
  }
  return null;
}

/** Zooming moves names outwards: one near the rim may leave. The page is 1100 x 640. */
const mayHaveLeftTheView = ({ left, right, top, bottom }) => {
  const x = (left + right) / 2 - 550;
  const y = (top + bottom) / 2 - 320;
  return Math.abs(x) > 550 * 0.55 || Math.abs(y) > 320 * 0.55;
};

export async function keysMoveAndZoom({ page, handle, idle, text, assert }) {
  await page.locator('#map').focus();
  const press = async (key) => {
    await page.keyboard.press(key);
    await idle();
  };
  await press('0');
  assert.ok(Math.abs((await handle('zoom')) - 1) < 1e-6);
  await press('+');
  assert.ok(Math.abs((await handle('zoom')) - 1.5) < 1e-6);
  const id = await handle('firstId');
  const before = await handle('positionOf', id);
  await press('ArrowRight');
  const after = await handle('positionOf', id);
  assert.ok(Math.abs(before.x - after.x - 120) < 1 && Math.abs(before.y - after.y) < 1);
  await press('-');
  await press('0');
  await press('t');
  assert.ok(await page.locator('#table').isVisible());
  assert.match(await text('#table h2'), /channels?$/);
  await press('Escape');
  assert.ok(!(await page.locator('#table').isVisible()));
  assert.equal(await page.evaluate('document.activeElement.id'), 'map');
  await press('/');
  assert.equal(await page.evaluate('document.activeElement.id'), 'search');
  await press('Escape');
}

export async function pointersDragAndTurnTheWheel({ page, handle, idle, assert }) {
  const id = await handle('firstId');
  const before = await handle('positionOf', id);
  await page.mouse.move(600, 350);
  await page.mouse.down();
  await page.mouse.move(660, 380, { steps: 3 });
  await page.waitForTimeout(80);
  await page.mouse.up();
  await idle();
  const after = await handle('positionOf', id);
  assert.ok(Math.abs(after.x - before.x - 60) < 2 && Math.abs(after.y - before.y - 30) < 2, JSON.stringify({ before, after }));
  const zoom = await handle('zoom');
  await page.mouse.wheel(0, -300);
  await eventually(async () => assert.ok((await handle('zoom')) > zoom * 1.5));
  await page.locator('#show-map').click();
  await idle();
  assert.ok(Math.abs((await handle('zoom')) - 1) < 1e-6);
}

export async function theMinimapMovesTheView({ page, idle, hash, assert }) {
  const before = await hash();
  const box = await page.locator('#minimap').boundingBox();
  await page.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.25);
  await idle();
  const [, x, y] = /view=[\d.]+,(-?[\d.]+),(-?[\d.]+)/.exec(await hash());
  assert.notEqual(await hash(), before);
  assert.ok(Math.abs(Number(x) + 537) < 20 && Math.abs(Number(y) + 537) < 20, `${x}, ${y}`);
  await page.locator('#show-map').click();
}

export async function theThemeFollowsTheSystemUntilItIsChosen({ page, hash, settled, assert }) {
  const theme = () => page.evaluate('document.documentElement.dataset.theme');
  assert.equal(await theme(), 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await eventually(async () => assert.equal(await theme(), 'light'));
  assert.doesNotMatch(await settled(hash), /theme/);
  await page.locator('#switch-theme').click();
  assert.equal(await theme(), 'dark');
  assert.match(await settled(hash), /theme=dark/);
  await page.emulateMedia({ colorScheme: 'dark' });
}

export async function textHasContrastInBothThemes({ page, assert }) {
  for (const theme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme: theme });
    await eventually(async () => assert.equal(await page.evaluate('document.documentElement.dataset.theme'), theme));
    const ratios = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      const luminance = (name) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = style.getPropertyValue(name);
        const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
        probe.remove();
        const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return ['--ink', '--ink-2', '--ink-3', '--accent', '--focus'].map((name) => [name, ratio(luminance(name), luminance('--solid'))]);
    });
    for (const [name, ratio] of ratios) assert.ok(ratio >= 4.5, `${theme} ${name}: ${ratio.toFixed(2)}`);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
}

export async function everyControlHasANameAndAState({ page, assert }) {
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, canvas[role], [role="listbox"]')]
      .filter((element) => !(element.getAttribute('aria-label') || element.labels?.length || element.textContent.trim()))
      .map((element) => element.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(nameless, []);
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  const dangling = await page.evaluate(() =>
    ['aria-controls', 'aria-labelledby', 'aria-describedby', 'for'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name)).filter((id) => !document.getElementById(id)),
    ),
  );
  assert.deepEqual(dangling, []);
  const toggle = page.locator('#legend .toggle').first();
  assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
}

export async function aboutSaysHowTheMapWasMade({ page, text, assert }) {
  await page.locator('#open-about').click();
  const words = await text('#about');
  for (const part of [/how this map was made/i, /suggestive, not proof/, /threshold/i, /seed/i, /ViewerAtlas/, /shared viewer/]) assert.match(words, part);
  await page.keyboard.press('Escape');
  assert.ok(!(await page.locator('#about').isVisible()));
}
