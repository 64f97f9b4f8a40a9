// npm test: everything, part by part; the last line is the sum. With arguments (npm test -- ledger) only those files of
// the repository's own jest, without the plugin's 900 MB of tools.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { endToEndCounts, jestCounts, summary } from './test-counts.mjs';

/** @typedef {import('./test-counts.mjs').Counts} Counts */
/** @typedef {{ ok: boolean, counts: Counts }} Part */

const root = fileURLToPath(new URL('../', import.meta.url));
const plugin = join(root, 'plugin');
const reports = mkdtempSync(join(tmpdir(), 'tokenledger-tests-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

/** The repository's jest runs real ES modules. @type {readonly string[]} */
const ESM = ['--experimental-vm-modules', '--no-warnings'];
const NOTHING_RAN = { passed: 0, failed: 1, skipped: 0 };

/** @param {string[]} args @returns {boolean} */
function node(args, cwd = root) {
  return spawnSync(process.execPath, args, { cwd, stdio: 'inherit' }).status === 0;
}

/** @param {string} name @param {string} folder @param {readonly string[]} nodeOptions @returns {Part} */
function jest(name, folder, nodeOptions) {
  console.log(`\n── ${name}`);
  const report = join(reports, `${name.replaceAll(' ', '-')}.json`);
  const jestBin = join(folder, 'node_modules/jest/bin/jest.js');
  const ok = node([...nodeOptions, jestBin, '--json', `--outputFile=${report}`], folder);
  const counts = existsSync(report) ? jestCounts(JSON.parse(readFileSync(report, 'utf8'))) : NOTHING_RAN;
  return { ok, counts };
}

/** @returns {Promise<Part>} */
async function endToEnd() {
  console.log('\n── in a real Grafana');
  // It says itself, loudly, when there is no Grafana on this machine, and counts as skipped.
  const child = spawn(process.execPath, ['scripts/e2e/main.mjs'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    output += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { ok: code === 0, counts: endToEndCounts(output) ?? NOTHING_RAN };
}

const patterns = process.argv.slice(2);
const ensure = ['scripts/ensure.mjs', '--build'];
if (patterns.length > 0) {
  const ok = node(ensure) && node([...ESM, 'node_modules/jest/bin/jest.js', ...patterns]);
  process.exit(ok ? 0 : 1);
}
if (!node([...ensure, '--plugin'])) process.exit(1);
const parts = [jest('repository', root, ESM), jest('plugin', plugin, []), await endToEnd()];
console.log(`\n${summary(parts.map(({ counts }) => counts))}`);
process.exit(parts.every(({ ok }) => ok) ? 0 : 1);
