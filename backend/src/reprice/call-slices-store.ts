import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../db/db.js';
import { asMs, timeText } from '../event-store/columns.js';
import { readStoredRows, storedRowsWhere } from '../event-store/stored-row.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { arrayLiteral } from '../db/array-literal.js';

const DAY_MS = 86_400_000;
/** Calls per transaction: some megabytes in memory, and locks held for a fraction of a second. */
const SLICE_CALLS = 5_000;

/** Some thousand calls of one UTC day: those that started in [from, to), Unix ms. */
export interface CallSlice {
  readonly from: number;
  readonly to: number;
  readonly realms: readonly string[];
}

/** Cuts the calls of one UTC day that meet a condition on `e` into slices by time, wherever they are stored. */
export async function slicesOfDay(db: Queryable, day: number, condition: Sql): Promise<CallSlice[]> {
  const inDay = sql`e.started_at >= ${timeText(day)}::timestamptz and e.started_at < ${timeText(day + DAY_MS)}::timestamptz`;
  const { rows } = await db.query<{ realms: string[] | null; starts: number[] }>(sql`
    with calls as materialized (
      select e.started_at, e.realm from usage_events e
      where ${inDay} and ${condition} and e.started_at >= (select raw_floor from ledger_state)
      union all
      select e.started_at, e.realm from kept_events e where ${inDay} and ${condition}
    ), numbered as (
      select started_at, row_number() over (order by started_at) as number from calls
    )
    select (select array_agg(distinct realm) from calls) as realms,
      array(select distinct ${asMs(sql`started_at`)} from numbered
            where number % ${SLICE_CALLS}::int = 1 order by 1) as starts`);
  const { realms, starts } = rows[0] ?? { realms: null, starts: [] };
  const cuts = starts.map(Math.round);
  return cuts.map((from, index) => ({ from, to: cuts[index + 1] ?? day + DAY_MS, realms: realms ?? [] }));
}

/**
 * The calls of a slice that meet the condition now, as far as their cost goes. Bound to its realms, so that an index by
 * realm and time serves it.
 */
export const readSlice = (
  db: Queryable,
  { from, to, realms }: CallSlice,
  condition: Sql,
): Promise<StoredRow[]> =>
  readStoredRows(
    db,
    storedRowsWhere(
      sql`
      e.started_at >= ${timeText(from)}::timestamptz and e.started_at < ${timeText(to)}::timestamptz
      and e.span_class <> 'step' and e.realm = any(${arrayLiteral(realms)}::text[]) and ${condition}`,
      'cost',
    ),
    'cost',
  );
