import { createSettle } from '../../backend/dist/settle/settle.js';
import { copyToBare, updateBare } from './bare-update.mjs';
import { emptyLedger, openLedger, recordPrices, runStep, storeSplitTraces } from './stored-calls.mjs';

/**
 * Traces of five spans whose customer came with a later request: every call moves to him.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls about how many spans
 */
export async function benchSettle(db, calls) {
  try {
    const ledger = await openLedger(db);
    await recordPrices(db);
    await ledger.prices.load();
    const spans = await storeSplitTraces(db, Math.ceil(calls / 5));
    await copyToBare(db);
    const loadBook = () => Promise.resolve(ledger.prices.current());
    const settled = await runStep(createSettle({ db, events: ledger.events, loadBook }), spans);
    if (settled.detail?.['rows_changed'] !== (spans / 5) * 4)
      throw new Error(`settled ${JSON.stringify(settled.detail)}`);
    const bare = await updateBare(db, {
      ...{
        org_id: 'text',
        assistant_id: 'text',
        query_type: 'text',
        conversation_id: 'text',
        inherited: 'smallint',
      },
    });
    return { ...settled, spans, rate: spans / settled.seconds, bare: (bare * 5) / 4 };
  } finally {
    await emptyLedger(db);
  }
}
