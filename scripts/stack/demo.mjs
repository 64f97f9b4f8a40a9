import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../demo/client.mjs';
import { resolvePending } from '../demo/house-model.mjs';
import { DAYS } from '../demo/product.mjs';
import { createTraffic } from '../demo/traffic.mjs';

const DAY_MS = 86_400_000;
const LIVE_EVERY_MS = 2_000;

/**
 * The traffic of `npm run demo` for a stack: 35 days on its first start, live calls on every one.
 *
 * @param {{ url: string, adminKey: string, root: string, dataDir: string, say: (text: string) => void }} options
 * @returns {Promise<{ stop(): Promise<void> }>} once the past is there; live calls go on until it is stopped
 */
export async function startDemo({ url, adminKey, root, dataDir, say }) {
  const client = createClient(url, adminKey);
  const marker = join(root, 'demo-history-played');
  const isPlayed = existsSync(marker);
  const traffic = createTraffic(client, { sentBefore: isPlayed ? Date.now() : 0 });
  if (!isPlayed) {
    say(`Playing ${DAYS} days of made-up customers, real captured telemetry …`);
    await traffic.playHistory(() => {});
    say(`${traffic.sent().toLocaleString('en')} requests sent.\n`);
    const from = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS).toISOString();
    await resolvePending({ say, query: client.query, from, dataDir });
    writeFileSync(marker, `${new Date().toISOString()}\n`);
  }
  let isStopping = false;
  const live = (async () => {
    while (!isStopping) {
      await traffic.playOne();
      await sleep(LIVE_EVERY_MS);
    }
  })();
  // The backend's own end ends the stack; what is lost with it is not told twice.
  live.catch(() => {});
  return {
    stop() {
      isStopping = true;
      return Promise.resolve();
    },
  };
}
