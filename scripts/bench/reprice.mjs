import { createReprice } from '../../backend/dist/reprice/reprice.js';
import { copyToBare, updateBare } from './bare-update.mjs';
import { emptyLedger, openLedger, recordPrices, runStep, storePending } from './stored-calls.mjs';

/**
 * Calls of a past day get the price they waited for, and the aggregates follow.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls
 */
export async function benchReprice(db, calls) {
  try {
    const ledger = await openLedger(db);
    await storePending(db, calls);
    await ledger.refresher.refresh();
    await copyToBare(db);
    await recordPrices(db);
    const priced = await runStep(createReprice(ledger), calls);
    if (priced.detail?.['priced'] !== calls) throw new Error(`re-priced ${JSON.stringify(priced.detail)}`);
    const started = process.hrtime.bigint();
    await ledger.refresher.refresh();
    const refreshSeconds = Number(process.hrtime.bigint() - started) / 1e9;
    const bare = await updateBare(db, {
      ...{ cost_status: 'text', cost_reason: 'text', cost_quality: 'text' },
      ...{ cost_usd: 'numeric', price_version_ids: 'text' },
    });
    return { ...priced, refreshSeconds, rate: calls / (priced.seconds + refreshSeconds), bare };
  } finally {
    await emptyLedger(db);
  }
}
