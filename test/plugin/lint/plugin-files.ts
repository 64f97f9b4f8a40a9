import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Text by path below plugin/, for rules that can then be shown a bad plugin without writing one. */
export type PluginFiles = Readonly<Record<string, string>>;

const PLUGIN = fileURLToPath(new URL('../../../plugin/', import.meta.url));
const TOP = ['package.json', 'package-lock.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** The sources without their tests, what was built of them, and the papers. */
export function readPluginFiles(): PluginFiles {
  if (!existsSync(join(PLUGIN, 'dist/module.js'))) throw new Error('plugin/dist is missing: npm run build');
  const below = ['src', 'dist', '.config/webpack'].flatMap((folder) =>
    readdirSync(join(PLUGIN, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(PLUGIN.length)),
  );
  return Object.fromEntries(
    [...TOP, ...below]
      .filter((path) => !/\.test\.tsx?$/.test(path))
      .map((path) => [path, readFileSync(join(PLUGIN, path), 'utf8')]),
  );
}

export const pathsBelow = (files: PluginFiles, folder: string, name: RegExp): string[] =>
  Object.keys(files).filter((path) => path.startsWith(`${folder}/`) && name.test(path));
