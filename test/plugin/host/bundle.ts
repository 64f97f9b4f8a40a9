import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CACHE, NODE_MODULES, PAGE } from './paths.js';

/** esbuild breaks the defaults of CommonJS packages that the ES modules of these import. */
const ALIAS = Object.fromEntries(
  ['data', 'runtime', 'ui'].map((name) => [
    `@grafana/${name}`,
    join(NODE_MODULES, '@grafana', name, 'dist/cjs/index.cjs'),
  ]),
);

/** Grafana's runtime as one script and one style sheet: the folder that holds main.js and main.css. */
export async function bundlePage(): Promise<string> {
  const folder = join(CACHE, keyOf());
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  // Two workers may build at once: each in a folder of its own, and the first to end is kept.
  const own = `${folder}.${process.pid}`;
  const { warnings } = await build({
    entryPoints: [join(PAGE, 'main.tsx')],
    outdir: own,
    bundle: true,
    format: 'iife',
    target: 'chrome120',
    jsx: 'transform',
    minifyWhitespace: true,
    nodePaths: [NODE_MODULES],
    alias: ALIAS,
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    loader: {
      '.svg': 'dataurl',
      '.png': 'dataurl',
      '.ttf': 'dataurl',
      '.woff': 'dataurl',
      '.woff2': 'dataurl',
    },
    logLevel: 'silent',
  });
  // A name that Grafana does not export is only a warning, and undefined in the page.
  const ours = warnings.filter(({ location }) => !location?.file.includes('node_modules'));
  if (ours.length > 0) throw new Error(ours.map(({ text }) => text).join('\n'));
  try {
    renameSync(own, folder);
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
  return folder;
}

function keyOf(): string {
  const hash = createHash('sha256').update(readFileSync(join(NODE_MODULES, '.package-lock.json')));
  for (const name of readdirSync(PAGE).sort()) hash.update(name).update(readFileSync(join(PAGE, name)));
  return hash
    .update(readFileSync(new URL(import.meta.url)))
    .digest('hex')
    .slice(0, 16);
}
