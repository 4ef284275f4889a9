// Builds dist/page.html, the template that the program fills: markup, style and the bundled script, with a policy that
// allows this very script and style and nothing else. `--check` only says whether dist/page.html is what the sources give.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

async function bundled(entry, extra = {}) {
  const { outputFiles } = await build({
    entryPoints: [at(entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: 'ascii',
    legalComments: 'none',
    ...extra,
  });
  return outputFiles[0].text.trim();
}

/** Shaders keep their comments and indentation in the sources only. */
const slimShaders = {
  name: 'slim-shaders',
  setup: (builder) =>
    builder.onLoad({ filter: /gl\/shaders\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace(/(?<!:)\/\/.*$/gm, '').replace(/^[ \t]+/gm, ''),
    })),
};

async function page() {
  // charset ascii also escapes U+2028; a closing tag inside a string would end the script.
  const script = (await bundled('src/main.ts', { format: 'iife', target: 'es2022', plugins: [slimShaders] })).replaceAll('</script', '<\\/script');
  const style = await bundled('src/style.css', { charset: 'utf8' });
  const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  const markup = readFileSync(at('src/page.html'), 'utf8').replace(/\n\s*/g, '\n');
  const fill = (text, mark, value) => {
    if (text.split(mark).length !== 2) throw new Error(`page.html must hold ${mark} exactly once.`);
    return text.replace(mark, () => value);
  };
  const filled = fill(fill(fill(markup, '@CSP@', policy), '@STYLE@', style), '@SCRIPT@', script);
  if (filled.split('@ATLAS@').length !== 2) throw new Error('The page must hold @ATLAS@ exactly once.');
  return filled;
}

const built = await page();
const target = at('dist/page.html');
if (process.argv.includes('--check')) {
  let present = '';
  try {
    present = readFileSync(target, 'utf8');
  } catch {
    // Reported below.
  }
  if (present !== built) {
    console.error('web/dist/page.html is not what the sources in web/src give: run "npm run build" in web/ and commit it.');
    process.exit(1);
  }
} else {
  writeFileSync(target, built);
  console.log(`web/dist/page.html: ${(Buffer.byteLength(built) / 1024).toFixed(1)} KB`);
}
