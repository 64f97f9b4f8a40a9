import sql, { raw } from 'sql-template-tag';
import type { Connection } from '../db/db.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import { COST_ROW, storedRow } from '../event-store/stored-row.js';
import { withinDay } from './store.js';

const PAGE = 5_000;
const COLUMNS = COST_ROW.columns('e');

/**
 * Reads a day's priced calls page by page, in the order of their organisations. Of an event only what prices and
 * dimensions are made of is told. Each comes as one JSON text: pg takes as long for one value as for a whole row of JSON.
 */
export async function eachPricedCall(
  tx: Connection,
  day: number,
  visit: (rows: readonly LedgerRow[]) => Promise<void>,
): Promise<void> {
  await tx.query(sql`
    declare priced_calls no scroll cursor for
    select json_build_array(${raw(COLUMNS)})::text as call
    from usage_events e
    where kind = 'call' and cost_status = 'priced' and ${withinDay(sql`started_at`, day)}
    order by org_id`);
  for (;;) {
    const { rows } = await tx.query<{ call: string }>(sql`fetch ${raw(String(PAGE))} from priced_calls`);
    const calls = JSON.parse(`[${rows.map(({ call }) => call).join()}]`) as unknown[][];
    await visit(calls.map((values) => storedRow(COST_ROW.row(values), 'raw')));
    if (rows.length < PAGE) break;
  }
  await tx.query(sql`close priced_calls`);
}
