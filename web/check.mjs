// Fails when dist/page.html is not what the sources give, or when the sources do not pass the type checker.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

if (Number(process.versions.node.split('.')[0]) < 18) {
  console.log(`skipped: Node.js 18 or later is needed, this is ${process.version}`);
  process.exit(77);
}
if (!existsSync(at('node_modules/esbuild')) || !existsSync(at('node_modules/typescript'))) {
  console.log('skipped: the packages are not installed (npm ci in web/)');
  process.exit(77);
}
for (const script of [['node_modules/typescript/bin/tsc', '--noEmit'], ['build.mjs', '--check']]) {
  const { status } = spawnSync(process.execPath, [at(script[0]), ...script.slice(1)], { cwd: at('.'), stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
console.log('web/dist/page.html is what the sources give');
