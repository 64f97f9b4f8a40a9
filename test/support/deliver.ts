import sql from 'sql-template-tag';
import type { Db } from '../../backend/src/db/db.js';
import type { EventStore } from '../../backend/src/event-store/event-store.js';
import { dayOf, rowKey, type LedgerRow, type StoredRow } from '../../backend/src/event-store/ledger-row.js';
import { settleAndPrice } from '../../backend/src/event-store/settle-and-price.js';
import { storedRow, storedRowsWhere } from '../../backend/src/event-store/stored-row.js';
import { formatMoney } from '../../backend/src/ledger/money.js';
import type { UsageEvent } from '../../backend/src/ledger/event.js';
import type { PriceBook } from '../../backend/src/pricing/price-book.js';

/** Settles, prices and stores events as one request, the way ingest does: day by day. */
export async function deliver(
  store: Pick<EventStore, 'acceptDay'>,
  events: readonly UsageEvent[],
  book: PriceBook,
): Promise<void> {
  const days = new Map<number, LedgerRow[]>();
  for (const row of settleAndPrice(events, book)) {
    const day = dayOf(row.event.startedAt);
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  for (const rows of days.values()) await store.acceptDay(rows.map((row) => ({ row, request: 0 })));
}

/** What was decided of each event of a realm, and what it costs, by its key. */
export async function storedOutcome(db: Db, realms: readonly string[]): Promise<Record<string, unknown>> {
  const { rows } = await db.query(
    storedRowsWhere(sql`e.realm = any(${`{${realms.map((realm) => `"${realm}"`).join()}}`}::text[])`),
  );
  return outcomeOf(rows.map((row) => storedRow(row, row['place'] as StoredRow['place'])));
}

/** The same of rows in memory. */
export const outcomeOf = (rows: readonly LedgerRow[]): Record<string, unknown> =>
  Object.fromEntries(
    rows
      .map(
        (row) =>
          [
            rowKey(row),
            {
              ...row.settlement,
              ...row.cost,
              costUsd: row.cost.costUsd === null ? null : formatMoney(row.cost.costUsd),
              model: row.model,
              own: row.event.own,
            },
          ] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
