import sql, { join, raw, type Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Queryable } from '../db/db.js';
import type { EventKey } from '../ledger/event.js';
import { timeText, WRITTEN_COLUMNS } from './columns.js';
import { eventKey } from './ledger-row.js';

const DAY_MS = 86_400_000;
/** Every column of usage_events. */
export const EVENT_COLUMNS: readonly string[] = [
  ...WRITTEN_COLUMNS.map(([name]) => name),
  'ingested_at',
  'recovered_at',
];
const names = join(EVENT_COLUMNS.map((name) => raw(name)));

/** Copies the pending calls among rows of usage_events (alias `e`) that meet a condition to kept_events. */
export const keepPending = (condition: Sql): Sql => sql`
  insert into kept_events (${names}) select ${names} from usage_events e
  where e.cost_status = 'pending' and ${condition} on conflict do nothing`;

/**
 * Of keys of one UTC day below the raw floor those whose rows still stand in usage_events: their day is retiring, and
 * retired_keys may not hold it yet. A pending call among them is kept from here on, as it will be when its day is flushed.
 * To be asked before retired_keys: the rows go only after their keys are committed.
 */
export async function retiringKeys(
  tx: Queryable,
  day: number,
  keys: readonly EventKey[],
): Promise<ReadonlySet<string>> {
  const list = (value: (key: EventKey) => string): string => arrayLiteral(keys.map(value));
  const among = sql`e.started_at >= ${timeText(day)}::timestamptz and e.started_at < ${timeText(day + DAY_MS)}::timestamptz
    and (e.trace_id, e.span_id, e.realm, e.started_at) in (select * from unnest(
      ${list((key) => key.traceId)}::text[], ${list((key) => key.spanId)}::text[], ${list((key) => key.realm)}::text[],
      ${list((key) => timeText(key.startedAt))}::timestamptz[]))`;
  const { rows } = await tx.query<{ trace_id: string; span_id: string; realm: string; started_at: Date }>(
    sql`select e.trace_id, e.span_id, e.realm, e.started_at from usage_events e where ${among} and e.kind <> 'step'`,
  );
  if (rows.length > 0) await tx.query(keepPending(among));
  return new Set(
    rows.map((row) =>
      eventKey({
        ...{ traceId: row.trace_id, spanId: row.span_id },
        ...{ realm: row.realm, startedAt: row.started_at.getTime() },
      }),
    ),
  );
}
