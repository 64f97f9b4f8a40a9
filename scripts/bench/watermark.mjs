import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { raiseClosedBefore } from '../../backend/dist/rollup/close-store.js';
import { BENCH_DAY, DAY_MS, emptyLedger } from './stored-calls.mjs';

export const RAISES = 20;
export const WRITERS = 8;
const PAUSE_MS = 200;

/**
 * How long raising a watermark takes while another process writes with all its connections, batches as ingest makes them.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {string} databaseUrl
 */
export async function benchWatermark(db, databaseUrl) {
  await emptyLedger(db);
  const writers = fork(fileURLToPath(new URL('./ledger-writers.mjs', import.meta.url)));
  try {
    const answer = () =>
      new Promise((resolve, reject) => writers.once('message', resolve).once('error', reject));
    const began = answer();
    writers.send({ databaseUrl, writers: WRITERS });
    await began;
    /** @type {number[]} */
    const spent = [];
    for (let raise = 1; raise <= RAISES; raise += 1) {
      await sleep(PAUSE_MS);
      const started = process.hrtime.bigint();
      await raiseClosedBefore(db, BENCH_DAY - (RAISES - raise) * DAY_MS);
      spent.push(Number(process.hrtime.bigint() - started) / 1e6);
    }
    const ended = answer();
    writers.send('stop');
    const rate = Number(await ended);
    spent.sort((a, b) => a - b);
    return { median: spent[RAISES / 2] ?? Number.NaN, longest: spent.at(-1) ?? Number.NaN, rate };
  } finally {
    writers.kill();
    await emptyLedger(db);
  }
}
