import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAN_CARRY, unpackChromium } from '../carried-chromium.mjs';
import { findGrafana } from '../grafana/find.mjs';
import { freePort } from '../grafana/free-port.mjs';
import { startGrafana } from '../grafana/start.mjs';
import { TOKENLEDGER } from '../stack/data-sources.mjs';
import { prepareStack } from '../stack/prepare.mjs';
import { linkProvisioning } from '../stack/provisioning.mjs';
import { summary } from '../test-counts.mjs';
import { startBackend } from './backend.mjs';

/**
 * `npm run e2e`: the built plugin in a real Grafana over the real backend with the demo's data, driven by Playwright.
 * `--serve` leaves them running for a person to look at.
 */
const PLUGIN = fileURLToPath(new URL('../../plugin/', import.meta.url));
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

const grafana = findGrafana(process.env);
if ('missing' in grafana) {
  const line = '!'.repeat(100);
  say(`${line}\nNOT RUN: no test in a real Grafana. ${grafana.missing}\n${line}`);
  say(summary([{ passed: 0, failed: 0, skipped: 1 }]));
} else {
  process.exitCode = await run(grafana);
}

/** @param {import('../grafana/find.mjs').Grafana} found @returns {Promise<number>} the exit code */
async function run(found) {
  const folder = mkdtempSync(join(tmpdir(), 'tokenledger-e2e-'));
  const port = await freePort();
  const backendPort = await freePort();
  const sqlPort = await freePort();
  /** @type {{ stop(): Promise<void> }[]} */
  const running = [];
  let isWell = false;
  const stop = async () => {
    for (const server of running.splice(0).reverse()) await server.stop();
  };
  try {
    say(`A real Grafana ${found.version} from ${found.home}; logs in ${folder}`);
    prepareStack({
      root: folder,
      backendUrl: `http://127.0.0.1:${backendPort}`,
      sql: { address: `127.0.0.1:${sqlPort}`, database: 'tokenledger', sslmode: 'disable' },
      database: null,
      // A provisioned source that may not be edited has no "Save & test".
      editable: true,
    });
    const secret = (/** @type {string} */ name) => readFileSync(join(folder, 'secrets', name), 'utf8').trim();
    const adminPassword = secret('grafana-admin-password');
    const backend = await startBackend({
      folder,
      port: backendPort,
      sqlPort,
      grafanaUrl: `http://127.0.0.1:${port}`,
    });
    running.push(backend);
    await backend.playHistory();
    const grafanaFolder = join(folder, 'for', 'grafana');
    const server = await startGrafana({
      grafana: found,
      folder: join(folder, 'grafana'),
      run: grafanaFolder,
      ...linkProvisioning({ folder, run: grafanaFolder }),
      port,
      dataSource: TOKENLEDGER,
    });
    running.push(server);
    await makeFolder(server.url, adminPassword);
    say(`Grafana listens on ${server.url} (admin, ${adminPassword}); the backend on ${backend.url}`);
    const environment = {
      GRAFANA_URL: server.url,
      GRAFANA_ADMIN_PASSWORD: adminPassword,
      TOKENLEDGER_URL: backend.url,
      TOKENLEDGER_ADMIN_KEY: backend.adminKey,
      TOKENLEDGER_GRAFANA_KEY: secret('grafana-key'),
      TOKENLEDGER_SQL_ADDRESS: `127.0.0.1:${sqlPort}`,
    };
    const code = await (process.argv.includes('--serve') ? untilInterrupted : playwright)(environment);
    isWell = code === 0;
    return code;
  } finally {
    await stop();
    // Else the logs tell why not.
    if (isWell) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * For the tests' dashboards. Grafana looks a viewer's rights up once a minute: on a dashboard of its own he would have
 * none at first, in a folder that was there before him he has.
 *
 * @param {string} url @param {string} adminPassword
 */
async function makeFolder(url, adminPassword) {
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  const response = await fetch(`${url}/api/folders`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ uid: 'e2e', title: 'Tests' }),
  });
  if (!response.ok) throw new Error(`no folder: ${response.status} ${await response.text()}`);
}

/** @param {Record<string, string>} environment @returns {Promise<number>} */
async function playwright(environment) {
  // Playwright's own browser is a download: who has one, or another, says so by CHROMIUM.
  const carried = CAN_CARRY && !process.env['CHROMIUM'] ? await unpackChromium() : null;
  const browser = carried && { CHROMIUM: carried.executablePath, ...carried.env };
  const cli = join(PLUGIN, 'node_modules/@playwright/test/cli.js');
  const child = spawn(process.execPath, [cli, 'test', ...process.argv.slice(2)], {
    cwd: PLUGIN,
    env: { ...process.env, ...environment, ...browser },
    stdio: 'inherit',
  });
  // Ctrl-C reaches Playwright too: here it is left to end, so that what runs beside it is stopped and removed.
  const wait = () => {};
  const end = () => child.kill('SIGTERM');
  process.on('SIGINT', wait).on('SIGTERM', end);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  process.off('SIGINT', wait).off('SIGTERM', end);
  carried?.remove();
  return code ?? 1;
}

/** @param {Record<string, string>} environment @returns {Promise<number>} */
function untilInterrupted(environment) {
  for (const [name, value] of Object.entries(environment)) say(`export ${name}=${value}`);
  say('Serving until Ctrl-C.');
  return new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => resolve(0));
  });
}
