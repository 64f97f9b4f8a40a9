import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Dimension } from './dimension.js';
import { conditions, DIMENSION_COLUMNS, slotOf, within } from './filter-store.js';
import type { Filter } from './filter.js';
import type { Sum } from './measure.js';
import type { Reading, ReadingPlan, SumTable } from './reading-plan.js';
import type { Cut } from './time-ranges.js';

const flag = (condition: Sql): Sql => sql`case when ${condition} then 1 else 0 end`;

/** What one raw call adds to each sum: the same definitions as in migration 0011. */
const SUM_OF_CALL: Record<Sum, Sql> = {
  calls: sql`1`,
  priced_calls: flag(sql`cost_status = 'priced'`),
  pending_calls: flag(sql`cost_status = 'pending'`),
  failed_calls: flag(sql`cost_reason = 'failed_no_usage'`),
  written_off_calls: flag(sql`cost_reason = 'written_off'`),
  inexact_calls: flag(sql`cost_status = 'priced' and cost_quality <> 'exact'`),
  error_calls: flag(sql`status_error`),
  cost_usd: sql`cost_usd`,
  inexact_cost_usd: sql`case when cost_quality <> 'exact' then cost_usd end`,
  error_cost_usd: sql`case when status_error then cost_usd end`,
  cache_saved_usd: sql`cache_saved_usd`,
  input_tokens: sql`input_tokens`,
  cache_read_tokens: sql`cache_read`,
  cache_write_5m_tokens: sql`cache_write_5m`,
  cache_write_1h_tokens: sql`cache_write_1h`,
  output_tokens: sql`output_tokens`,
  reasoning_tokens: sql`reasoning`,
  duration_us: sql`duration_us`,
};

/**
 * Counts of calls stay integers: as numerics they take longer to add up again over all tables (28,000 groups of thirty days:
 * 1.27 s in place of 1.06). Tokens and money may be larger than any integer.
 */
const total = (sum: Sum, value: Sql): Sql =>
  sum.endsWith('calls') ? sql`sum(${value})::bigint` : sql`sum(${value})`;

/** The ledger's tables: a row for each UTC day, not for each bucket. */
const DAILY: ReadonlySet<SumTable> = new Set<SumTable>([
  'usage_daily',
  'usage_daily_by_org',
  'usage_daily_by_model',
  'usage_daily_by_assistant',
]);

/** A UTC day as the instant it starts. */
const DAY_START = sql`(day::timestamp at time zone 'UTC')`;

/**
 * The usage a reading plan tells, added up table by table: `slot`, the dimensions, the sums. As known is what was closed or
 * aggregated and what the ledger was adjusted by since. Each table by itself: workers share it (a union is read by one
 * process), and no row is cast to the types of another table (1.5 million rows of 30 days: 0.5 s in place of 2.5).
 */
export function usageParts(
  plan: {
    readonly reading: ReadingPlan;
    readonly cut: Cut;
    readonly groupBy: readonly Dimension[];
    readonly filters: readonly Filter[];
    readonly sums: readonly Sum[];
  },
  allowed: Allowed,
): Sql {
  const { reading, filters, cut } = plan;
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const positions = raw([0, ...keys].map((_, index) => `${index + 1}`).join(', '));
  const select = (at: Sql, from: Sql, where: Sql, valueOf: (sum: Sum) => Sql = raw): Sql => {
    const sums = plan.sums.map((sum) => sql`${total(sum, valueOf(sum))} as ${raw(sum)}`);
    return sql`select ${join([sql`${slotOf(at, cut)} as slot`, ...keys, ...sums])}
        from ${from} where ${where} group by ${positions}`;
  };
  const meet = (time: Sql): Sql => conditions(time, filters, allowed);
  const readOne = ({ table, ranges }: Reading): Sql => {
    if (table === 'usage_events') {
      const where = sql`kind = 'call' and ${meet(within(sql`started_at`, ranges))}`;
      return select(sql`started_at`, raw(table), where, (sum) => SUM_OF_CALL[sum]);
    }
    return DAILY.has(table)
      ? select(DAY_START, raw(table), meet(within(sql`day`, ranges, 'date')))
      : select(sql`bucket`, raw(table), meet(within(sql`bucket`, ranges)));
  };
  const adjustments = (where: Sql): Sql => select(sql`bucket`, sql`ledger_adjustments`, where);
  const { all, belowFloor } = reading.adjusted;
  const parts = reading.readings.map(readOne);
  if (all.length > 0) parts.push(adjustments(meet(within(sql`bucket`, all))));
  if (belowFloor.length > 0)
    parts.push(adjustments(sql`below_floor and ${meet(within(sql`bucket`, belowFloor))}`));
  return join(parts, ' union all ');
}
