// Runs the checks of the page: node run.mjs PAGE.html [TRUTH.json]
// With TRUTH.json (see make_fixture.cc) numbers are compared with it; without, only what holds for every page is checked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openBrowser, openPage } from './browser.mjs';
import { Truth } from './truth.mjs';
import * as everyPage from './checks_every_page.mjs';
import * as knownPage from './checks_known_page.mjs';
import * as outputs from './checks_outputs.mjs';
import * as surroundings from './checks_surroundings.mjs';

const [pageFile, truthFile] = process.argv.slice(2);
if (!pageFile) {
  console.error('usage: node run.mjs PAGE.html [TRUTH.json]');
  process.exit(2);
}

const only = process.env.CHECK;
const file = resolve(pageFile);
const truth = truthFile ? new Truth(JSON.parse(readFileSync(truthFile, 'utf8'))) : null;
const browser = await openBrowser();
let failures = 0;
let passes = 0;

async function check(name, run, tools) {
  if (only && !name.includes(only)) return;
  const begin = Date.now();
  try {
    await run(tools);
    passes++;
    console.log(`ok    ${name} (${Date.now() - begin} ms)`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${name}\n      ${String(error.stack ?? error).replaceAll('\n', '\n      ')}`);
  }
}

const nameOf = (run) => run.name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

// Checks that share one page leave it as they found it; the page is opened once for all of them.
// Small, and without motion: the processor draws every pixel and every frame. Motion has checks of its own.
const shared = await openPage(browser, file, { width: 1100, height: 640, reducedMotion: 'reduce' });
for (const module of truth ? [everyPage, knownPage, outputs] : [everyPage, outputs]) {
  for (const run of Object.values(module)) {
    await check(nameOf(run), run, { ...shared, truth, assert });
    await shared.page.evaluate(() => { location.hash = ''; });
    await shared.page.keyboard.press('Escape');
    await shared.idle();
  }
}
await check('no errors and a single request', () => {
  assert.deepEqual(shared.problems, []);
  assert.equal(shared.requests.filter((url) => !url.startsWith('blob:')).length, 1, shared.requests.join());
}, {});
await shared.close();

// These need a page of their own.
if (truth) {
  for (const run of Object.values(surroundings)) {
    await check(nameOf(run), run, { open: (options) => openPage(browser, options?.file ?? file, options), file, truth, assert });
  }
}
await browser.close();
console.log(`${passes} checks passed, ${failures} failed`);
process.exit(failures > 0 ? 1 : 0);
