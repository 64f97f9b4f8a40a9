import sql from 'sql-template-tag';
import { createCloseStep } from '../../backend/dist/rollup/close.js';
import { databaseNow } from '../../backend/dist/rollup/close-store.js';
import { createReprice } from '../../backend/dist/reprice/reprice.js';
import { DIMENSIONS, SUM_NAMES, SUMS_OF_CALLS } from '../../backend/dist/rollup/sums-store.js';
import { DAY_MS, emptyLedger, openLedger, recordPrices, runStep, storePending } from './stored-calls.mjs';

/**
 * One day is closed: its sums, meters and distinct values are written and checked. Bare is one `INSERT … SELECT … GROUP BY`
 * of the sums alone.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls
 */
export async function benchClose(db, calls) {
  try {
    const ledger = await openLedger(db);
    await storePending(db, calls);
    await recordPrices(db);
    await runStep(createReprice(ledger), calls);
    await ledger.refresher.refresh();
    await db.query(sql`vacuum analyze usage_events`);
    const bareSeconds = await sumBare(db);
    const loadBook = () => Promise.resolve(ledger.prices.current());
    const closed = await runStep(
      createCloseStep({
        ...{ db, refresher: ledger.refresher, loadBook },
        ...{ databaseNow: () => databaseNow(db), closeAfterMs: 3 * DAY_MS },
      }),
      calls,
    );
    const { calls: found, different } = closed.detail ?? {};
    if (found !== calls || different !== 0) throw new Error(`closed ${JSON.stringify(closed.detail)}`);
    return { ...closed, rate: calls / closed.seconds, bareSeconds };
  } finally {
    await emptyLedger(db);
  }
}

/** @param {import('../../backend/dist/db/db.js').Db} db */
async function sumBare(db) {
  const started = process.hrtime.bigint();
  await db.query(sql`create table bare_daily (like usage_daily including all)`);
  await db.query(sql`
    insert into bare_daily (day, ${DIMENSIONS}, ${SUM_NAMES})
    select (started_at at time zone 'UTC')::date, ${DIMENSIONS}, ${SUMS_OF_CALLS}
    from usage_events group by (started_at at time zone 'UTC')::date, ${DIMENSIONS}`);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  await db.query(sql`drop table bare_daily`);
  return seconds;
}
