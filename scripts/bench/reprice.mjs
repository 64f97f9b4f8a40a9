import { PARTS } from '../../backend/dist/rollup/aggregates.js';
import { createReprice } from '../../backend/dist/reprice/reprice.js';
import { copyToBare, updateBare } from './bare-update.mjs';
import { emptyLedger, openLedger, recordPrices, runStep, storePending } from './stored-calls.mjs';

/**
 * Calls of a past day get the price they waited for, and the aggregates follow: at once those of calls and costs, which the
 * rate includes, and by themselves those of latency, which a price does not change (ADR 0011).
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls
 */
export async function benchReprice(db, calls) {
  try {
    const ledger = await openLedger(db);
    await storePending(db, calls);
    for (const part of PARTS) await ledger.refresher.refresh(part);
    await copyToBare(db);
    await recordPrices(db);
    const priced = await runStep(createReprice(ledger), calls);
    if (priced.detail?.['priced'] !== calls) throw new Error(`re-priced ${JSON.stringify(priced.detail)}`);
    const refreshSeconds = await secondsOf(() => ledger.refresher.refresh('calls'));
    const latencySeconds = await secondsOf(() => ledger.refresher.refresh('latency'));
    const bare = await updateBare(db, {
      ...{ cost_status: 'text', cost_reason: 'text', cost_quality: 'text' },
      ...{ cost_usd: 'numeric', price_version_ids: 'text' },
    });
    const seconds = priced.seconds + refreshSeconds;
    const rates = { rate: calls / seconds, rateWithLatency: calls / (seconds + latencySeconds) };
    return { ...priced, ...rates, refreshSeconds, latencySeconds, bare };
  } finally {
    await emptyLedger(db);
  }
}

/** @param {() => Promise<void>} work */
async function secondsOf(work) {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
}
