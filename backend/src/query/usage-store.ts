import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable, Row } from '../db/db.js';
import { isoTime } from './common-schema.js';
import type { Dimension } from './dimension.js';
import { conditions, DIMENSION_COLUMNS } from './filter-store.js';
import type { Measure, Sum } from './measure.js';
import type { Cut, TimeRange, UsagePlan } from './plan.js';
import { QUARTER } from './time-zone.js';

const flag = (condition: Sql): Sql => sql`case when ${condition} then 1 else 0 end`;

/** What one raw call adds to each sum: the same definitions as in migration 0002. */
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
  input_tokens: sql`input_tokens`,
  cache_read_tokens: sql`cache_read`,
  cache_write_5m_tokens: sql`cache_write_5m`,
  cache_write_1h_tokens: sql`cache_write_1h`,
  output_tokens: sql`output_tokens`,
  reasoning_tokens: sql`reasoning`,
  duration_us: sql`duration_us`,
};

/** Tokens of two kinds together: null only where neither is told. Tokens, not money: a kind nobody told adds nothing. */
const both = (a: Sum, b: Sum): Sql =>
  sql`case when ${raw(a)} is not null or ${raw(b)} is not null then coalesce(${raw(a)}, 0) + coalesce(${raw(b)}, 0) end`;

/** Measures that are more than one sum. Coverage is cut, not rounded: 1 is said only when every call is priced. */
const COMPUTED: Partial<Record<Measure, Sql>> = {
  cost_per_call: sql`round(cost_usd / nullif(priced_calls, 0), 18)`,
  coverage: sql`trunc(priced_calls::numeric / nullif(priced_calls + pending_calls, 0), 6)`,
  cache_write_tokens: both('cache_write_5m_tokens', 'cache_write_1h_tokens'),
  total_tokens: both('input_tokens', 'output_tokens'),
  duration_ms_avg: sql`round(duration_us / nullif(calls, 0) / 1000, 3)`,
};

const measureOf = (measure: Measure): Sql => COMPUTED[measure] ?? raw(measure);

/** The number of the interval a row falls in: of an edge from 1, or quarters of an hour since 1970. */
function slotOf(cut: Cut): Sql {
  if (cut.kind === 'whole') return sql`0`;
  if (cut.kind === 'quarters') return sql`floor(extract(epoch from at) / ${QUARTER / 1000}::int)::bigint`;
  return sql`width_bucket(at, ${cut.edges.map(isoTime)}::timestamptz[])`;
}

function startOf(slot: number, cut: Cut): number | null {
  if (cut.kind === 'whole') return null;
  return cut.kind === 'quarters' ? slot * QUARTER : (cut.edges[slot - 1] ?? null);
}

/** The usage of the plan's ranges, not added up yet: `at`, the dimensions, the sums. */
function parts(plan: UsagePlan, allowed: Allowed): Sql {
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const fromBuckets = (range: TimeRange): Sql => sql`
    select ${join([sql`bucket as at`, ...keys, ...plan.sums.map((sum) => raw(sum))])}
    from usage_15m where ${conditions(sql`bucket`, range, plan.filters, allowed)}`;
  const fromCalls = (range: TimeRange): Sql => sql`
    select ${join([sql`started_at as at`, ...keys, ...plan.sums.map((sum) => sql`${SUM_OF_CALL[sum]} as ${raw(sum)}`)])}
    from usage_events where kind = 'call' and ${conditions(sql`started_at`, range, plan.filters, allowed)}`;
  const selects = [...(plan.aggregate ? [fromBuckets(plan.aggregate)] : []), ...plan.raw.map(fromCalls)];
  return join(selects, ' union all ');
}

function order(plan: UsagePlan): Sql {
  if (plan.orderBy.length === 0) return sql`slot`;
  const column = (field: UsagePlan['orderBy'][number]['field']): Sql => {
    if (field === 'time') return sql`slot`;
    return field in DIMENSION_COLUMNS ? DIMENSION_COLUMNS[field as Dimension] : measureOf(field as Measure);
  };
  return join(
    plan.orderBy.map(
      ({ field, direction }) => sql`${column(field)} ${raw(direction === 'asc' ? 'asc' : 'desc')} nulls last`,
    ),
  );
}

/** One statement, so rows and totals tell of the same moment. Position 0 is the total over all groups. */
function usageStatement(plan: UsagePlan, allowed: Allowed): Sql {
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const added = join(plan.sums.map((sum) => sql`sum(${raw(sum)}) as ${raw(sum)}`));
  const told = join(
    plan.measures.map((measure) => sql`trim_scale(${measureOf(measure)}::numeric)::text as ${raw(measure)}`),
  );
  const list = (items: Sql[]): Sql => (items.length ? sql`${join(items)},` : empty);
  return sql`
    with parts as (${parts(plan, allowed)}),
    groups as (
      select ${slotOf(plan.cut)} as slot, ${list(keys)} ${added}
      from parts group by ${join([sql`1`, ...keys])}
    ),
    ranked as (select *, row_number() over (order by ${order(plan)}) as position from groups)
    select position, slot, ${list(keys)} ${told}, 0 as groups from ranked where position <= ${plan.limit}
    union all
    select 0, null, ${list(plan.groupBy.map(() => sql`null`))} ${told}, groups
    from (select count(*) as groups, ${added} from groups) as total`;
}

/** One group: its measures as decimal text, null where unknown. */
export interface UsageGroup {
  /** Start of its interval, Unix ms; null where time is not cut. */
  readonly time: number | null;
  readonly dimensions: Readonly<Partial<Record<Dimension, string | null>>>;
  readonly measures: Readonly<Partial<Record<Measure, string | null>>>;
}

/** Runs a plan: the groups in its order up to its limit, and the total over all of them. Empty groups do not exist. */
export async function readUsage(
  db: Queryable,
  plan: UsagePlan,
  allowed: Allowed,
): Promise<{ groups: UsageGroup[]; total: UsageGroup; count: number }> {
  const { rows } = await db.query(usageStatement(plan, allowed));
  const ordered = rows.toSorted((a, b) => Number(a['position']) - Number(b['position']));
  const [total, ...groups] = ordered.map((row) => groupOf(row, plan));
  if (!total) throw new RangeError('the usage statement must return its total');
  return { groups, total, count: Number(ordered[0]?.['groups']) };
}

function groupOf(row: Row, plan: UsagePlan): UsageGroup {
  const pick = <K extends string>(names: readonly K[]): Partial<Record<K, string | null>> =>
    Object.fromEntries(names.map((name) => [name, row[name]])) as Partial<Record<K, string | null>>;
  return {
    time: row['slot'] === null ? null : startOf(Number(row['slot']), plan.cut),
    dimensions: pick(plan.groupBy),
    measures: pick(plan.measures),
  };
}
