import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Dimension } from './dimension.js';
import { conditions, DIMENSION_COLUMNS, within } from './filter-store.js';
import type { Filter } from './filter.js';
import type { Sum } from './measure.js';
import type { Reading, ReadingPlan } from './reading-plan.js';

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

/** A UTC day as the instant it starts. */
const DAY_START = sql`(day::timestamp at time zone 'UTC')`;

/**
 * The usage a reading plan tells, not added up yet: `at`, the dimensions, the sums. As known is what was closed or
 * aggregated and what the ledger was adjusted by since.
 */
export function usageParts(
  plan: {
    readonly reading: ReadingPlan;
    readonly groupBy: readonly Dimension[];
    readonly filters: readonly Filter[];
    readonly sums: readonly Sum[];
  },
  allowed: Allowed,
): Sql {
  const { reading, filters, sums } = plan;
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const select = (at: Sql, from: Sql, time: Sql): Sql =>
    sql`select ${join([sql`${at} as at`, ...keys, ...sums.map((sum) => raw(sum))])}
        from ${from} where ${conditions(time, filters, allowed)}`;
  const readOne = ({ table, ranges }: Reading): Sql => {
    if (table === 'usage_events') {
      const columns = sums.map((sum) => sql`${SUM_OF_CALL[sum]} as ${raw(sum)}`);
      return sql`select ${join([sql`started_at as at`, ...keys, ...columns])} from usage_events
        where kind = 'call' and ${conditions(within(sql`started_at`, ranges), filters, allowed)}`;
    }
    return table === 'usage_daily' || table === 'usage_daily_by_model'
      ? select(DAY_START, raw(table), within(sql`day`, ranges, 'date'))
      : select(sql`bucket`, raw(table), within(sql`bucket`, ranges));
  };
  const adjustments = (time: Sql): Sql => select(sql`bucket`, sql`ledger_adjustments`, time);
  const { all, belowFloor } = reading.adjusted;
  const parts = reading.readings.map(readOne);
  if (all.length > 0) parts.push(adjustments(within(sql`bucket`, all)));
  if (belowFloor.length > 0) parts.push(adjustments(sql`below_floor and ${within(sql`bucket`, belowFloor)}`));
  return join(parts, ' union all ');
}
