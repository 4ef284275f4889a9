// A browser without network, and what the checks need of it.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SKIPPED = 77;

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(SKIPPED);
}

function chromiumPath() {
  const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return candidates.find((path) => path && existsSync(path)) ?? skip('chromium is not installed');
}

function playwright() {
  const web = fileURLToPath(new URL('../../web/package.json', import.meta.url));
  try {
    return createRequire(web)('playwright-core');
  } catch {
    return skip('playwright-core is not installed (npm ci in web/)');
  }
}

/** Tries `claim` until it holds: for what follows an input event in its own time. */
// Frames without a GPU may take a second each on a busy machine; a claim that holds is not delayed by patience.
export async function eventually(claim, patience = 20000) {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 40))) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

export async function openBrowser() {
  const { chromium } = playwright();
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run', '--disable-quic',
      // A machine busy with other work is slow, not hung: without this the browser restarts its drawing process.
      '--disable-gpu-watchdog',
    ],
  });
}

/**
 * Opens the page from disk. Every request, console error and exception is kept; `at` is the part after '#'.
 * Options: width, height, phone, colorScheme, reducedMotion, at, script (run before the page's own).
 */
export async function openPage(browser, file, options = {}) {
  const { width = 1280, height = 800, phone = false, colorScheme = 'dark', reducedMotion = 'no-preference', at = '', script } = options;
  const context = await browser.newContext({
    viewport: { width, height }, offline: true, colorScheme, reducedMotion, acceptDownloads: true,
    ...(phone ? { hasTouch: true, isMobile: true } : {}),
  });
  const page = await context.newPage();
  const requests = [];
  const problems = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  if (script) await page.addInitScript(script);
  await page.goto(pathToFileURL(file).href + (at ? `#${at}` : ''), { timeout: 120_000 });
  await page.waitForSelector('body[data-ready], body[data-failed]', { timeout: 120_000 });
  const idle = () => page.evaluate('window.vieweratlas?.whenIdle()');
  await idle();
  return {
    page, requests, problems, idle,
    close: () => context.close(),
    handle: (name, ...given) => page.evaluate(([method, list]) => window.vieweratlas[method](...list), [name, given]),
    hash: () => page.evaluate('location.hash'),
    count: async (key) => Number(await page.evaluate((name) => document.body.dataset[name], key)),
    text: (selector) => page.locator(selector).innerText(),
    /** Waits until nothing moves, then reads. */
    settled: async (read) => {
      await idle();
      return read();
    },
    find: async (query) => {
      await page.locator('#search').fill(query);
      await page.keyboard.press('Enter');
      await idle();
    },
  };
}
