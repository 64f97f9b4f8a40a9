import sql, { raw } from 'sql-template-tag';
import type { Connection } from '../db/db.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import { COST_ROW, storedRow } from '../event-store/stored-row.js';
import { withinDay } from './store.js';

const PAGE = 5_000;
const COLUMNS = COST_ROW.columns('e');

/** One connection has one statement at a time, so what is found while a page is fetched is written before the next. */
export interface PageVisitor {
  /** Looks at a page while the database fetches the next: a fifth of the time of closing. */
  add(rows: readonly LedgerRow[]): void;
  /** Writes what was found so far. */
  write(): Promise<void>;
}

/**
 * Reads a day's priced calls page by page, in the order of their organisations. Of an event only what prices and
 * dimensions are made of is told. Each comes as one JSON text: pg takes as long for one value as for a whole row of JSON.
 */
export async function eachPricedCall(tx: Connection, day: number, visitor: PageVisitor): Promise<void> {
  await tx.query(sql`
    declare priced_calls no scroll cursor for
    select json_build_array(${raw(COLUMNS)})::text as call
    from usage_events e
    where kind = 'call' and cost_status = 'priced' and ${withinDay(sql`started_at`, day)}
    order by org_id`);
  const fetchPage = async (): Promise<string[]> => {
    const { rows } = await tx.query<{ call: string }>(sql`fetch ${raw(String(PAGE))} from priced_calls`);
    return rows.map(({ call }) => call);
  };
  let page = await fetchPage();
  while (page.length > 0) {
    const next = page.length < PAGE ? Promise.resolve([]) : fetchPage();
    try {
      const calls = JSON.parse(`[${page.join()}]`) as unknown[][];
      visitor.add(calls.map((values) => storedRow(COST_ROW.row(values), 'raw')));
    } finally {
      page = await next;
    }
    await visitor.write();
  }
  await tx.query(sql`close priced_calls`);
}
