import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STARTS_WITHIN_MS = 60_000;

/**
 * @typedef {object} GrafanaOptions
 * @property {import('./find.mjs').Grafana} grafana
 * @property {string} folder of its database, log and plugins; kept between starts
 * @property {string} plugins folder whose sub-folders are plugins
 * @property {string} provisioning folder with `datasources/`, `plugins/`, `dashboards/`, `alerting/`
 * @property {string} adminPassword of the user `admin`; counts on the first start only
 * @property {number} port
 * @property {string} dataSource uid that is there once provisioning is through
 */

/**
 * Starts a Grafana on loopback that asks nothing of the internet, and waits until what is provisioned can be used:
 * `/api/health` is green before that.
 *
 * @param {GrafanaOptions} options
 */
export async function startGrafana({
  grafana,
  folder,
  plugins,
  provisioning,
  adminPassword,
  port,
  dataSource,
}) {
  mkdirSync(folder, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const log = createWriteStream(join(folder, 'grafana.log'), { flags: 'a' });
  const child = spawn(grafana.binary, ['server', '--homepath', grafana.home], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(port),
      GF_SERVER_ROOT_URL: `${url}/`,
      GF_PATHS_DATA: folder,
      GF_PATHS_LOGS: folder,
      GF_PATHS_PLUGINS: plugins,
      GF_PATHS_PROVISIONING: provisioning,
      GF_SECURITY_ADMIN_PASSWORD: adminPassword,
      GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS: 'tokenledger-app,tokenledger-datasource',
      GF_LOG_MODE: 'console',
      ...OFFLINE,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  const until = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/api/datasources/uid/${dataSource}`, {
      headers: { authorization },
    }).catch(() => null);
    if (response?.ok) return { url, stop };
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`Grafana ${grafana.version} did not get ready; see ${join(folder, 'grafana.log')}`);
    }
    await sleep(200);
  }
}

/** Nothing leaves the machine: no usage report, no look for updates, no plugin from the catalogue, no picture of a user. */
const OFFLINE = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
};
