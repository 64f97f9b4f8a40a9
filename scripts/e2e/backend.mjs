import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '../demo/client.mjs';
import { createTraffic } from '../demo/traffic.mjs';

const MAIN = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url));

/**
 * The product on an embedded database of its own, knowing one Grafana. Its port is the kernel's choice.
 *
 * @param {{ folder: string, grafanaUrl: string }} options `grafanaUrl` without a slash at its end
 */
export async function startBackend({ folder, grafanaUrl }) {
  const adminKey = randomBytes(32).toString('hex');
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      TOKENLEDGER_ADMIN_KEY: adminKey,
      GRAFANA_URL: grafanaUrl,
      GRAFANA_ISSUER: `${grafanaUrl}/`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(folder, 'backend.log'));
  child.stderr.pipe(log);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    let told = '';
    child.stdout.on('data', (text) => {
      log.write(text);
      told += text;
      const listening = /^Tokenledger listens on (\S+)$/m.exec(told);
      if (listening) resolve(listening[1] ?? '');
    });
    void ended.then(() => reject(new Error(`the backend ended; see ${join(folder, 'backend.log')}`)));
  });
  const client = createClient(url, adminKey);

  return {
    url,
    adminKey,
    /** The demo's 35 days. */
    playHistory: () => createTraffic(client).playHistory(() => {}),
    makeGrafanaKey: () => client.makeGrafanaKey(),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
