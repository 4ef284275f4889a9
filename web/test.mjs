// Bundles each test of web/tests and runs them with Node's own test runner.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

if (Number(process.versions.node.split('.')[0]) < 18 || !existsSync(at('node_modules/esbuild'))) {
  console.log('skipped: Node.js 18 and the packages of web/ are needed (npm ci in web/)');
  process.exit(77);
}
const { build } = await import('esbuild');
const folder = mkdtempSync(join(tmpdir(), 'vieweratlas-'));
try {
  const entryPoints = readdirSync(at('tests')).filter((name) => name.endsWith('.test.ts')).map((name) => at(`tests/${name}`));
  await build({ entryPoints, outdir: folder, bundle: true, format: 'esm', platform: 'node', outExtension: { '.js': '.mjs' } });
  const tests = readdirSync(folder).filter((name) => name.endsWith('.mjs')).map((name) => join(folder, name));
  const { status } = spawnSync(process.execPath, ['--test', ...tests], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
