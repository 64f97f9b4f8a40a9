import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grafanaSettings, withFilesRead } from './settings.mjs';

const STARTS_WITHIN_MS = 60_000;
const readText = (/** @type {string} */ path) => readFileSync(path, 'utf8');

/**
 * @typedef {object} GrafanaOptions
 * @property {import('./find.mjs').Grafana} grafana
 * @property {string} folder of its database and log; kept between starts
 * @property {string} run the folder the start step made for Grafana
 * @property {string} plugins folder whose sub-folders are plugins
 * @property {string} provisioning folder with `datasources/`, `plugins/`, `dashboards/`, `alerting/`
 * @property {number} port
 * @property {string} dataSource uid that is there once provisioning is through
 * @property {boolean} [detached]
 *
 * @typedef {object} RunningGrafana
 * @property {string} url without a slash at its end
 * @property {boolean} passwordKept false: the admin has another password than the start step made
 * @property {Promise<unknown>} ended
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a Grafana on loopback with the settings it ships with, and waits until what is provisioned can be used:
 * `/api/health` is green before that.
 *
 * @param {GrafanaOptions} options
 * @returns {Promise<RunningGrafana>}
 * @throws Error with Grafana's own last complaints
 */
export async function startGrafana({
  grafana,
  folder,
  run,
  plugins,
  provisioning,
  port,
  dataSource,
  detached = false,
}) {
  mkdirSync(folder, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, 'grafana.log');
  const log = createWriteStream(logFile, { flags: 'a' });
  const complaints = /** @type {string[]} */ ([]);
  const child = spawn(grafana.binary, ['server', '--homepath', grafana.home], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(port),
      GF_PATHS_DATA: folder,
      GF_PATHS_LOGS: folder,
      GF_LOG_MODE: 'console',
      ...withFilesRead(grafanaSettings({ rootUrl: `${url}/`, run, provisioning, plugins }), readText),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches only whoever started it, who must then stop it.
    detached,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      log.write(text);
      complaints.push(
        ...String(text)
          .split('\n')
          .filter((line) => /level=error|^Error|✗/.test(line)),
      );
    });
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const password = readText(join(run, 'grafana-admin-password')).trim();
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  const until = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/api/datasources/uid/${dataSource}`, {
      headers: { authorization },
    }).catch(() => null);
    // One wrong password says enough: after five Grafana would lock the admin out.
    if (response?.ok || response?.status === 401) return { url, passwordKept: response.ok, ended, stop };
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      const said = complaints.slice(-3).map((line) => `\n  ${line}`);
      throw new Error(`Grafana ${grafana.version} did not get ready; its log is ${logFile}${said.join('')}`);
    }
    await sleep(200);
  }
}
