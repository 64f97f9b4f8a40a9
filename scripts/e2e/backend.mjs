import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../demo/client.mjs';
import { createTraffic } from '../demo/traffic.mjs';
import { startProduct } from '../stack/product.mjs';

/**
 * The product on an embedded database of its own, with the keys the start step made, knowing one Grafana.
 *
 * @param {{ folder: string, grafanaUrl: string, port: number, sqlPort: number }} options `grafanaUrl` without a
 *   slash at its end
 */
export async function startBackend({ folder, grafanaUrl, port, sqlPort }) {
  const key = (/** @type {string} */ name) => join(folder, 'for', 'backend', name);
  const product = await startProduct({
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
      EMBEDDED_PG_PORT: String(sqlPort),
      TOKENLEDGER_ADMIN_KEY_FILE: key('admin-key'),
      GRAFANA_KEY_FILE: key('grafana-key'),
      READER_PASSWORD_FILE: key('reader-password'),
      GRAFANA_URL: grafanaUrl,
      GRAFANA_ISSUER: `${grafanaUrl}/`,
    },
    logFile: join(folder, 'backend.log'),
  });
  const adminKey = readFileSync(key('admin-key'), 'utf8').trim();
  const client = createClient(product.url, adminKey);
  return {
    ...product,
    adminKey,
    /** The demo's 35 days, and a few calls of now: at some hours of a day the demo's customers sleep. */
    async playHistory() {
      const traffic = createTraffic(client);
      await traffic.playHistory(() => {});
      for (let count = 0; count < 10; count += 1) await traffic.playOne();
    },
  };
}
