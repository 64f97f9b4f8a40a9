import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Db, Row } from '../db/db.js';
import type { Dimension } from './dimension.js';
import { distinctExtra, latencyExtra, type Extra } from './extra-store.js';
import { DIMENSION_COLUMNS, slotOf, startOf } from './filter-store.js';
import { factsOf, type Measure, type Sum } from './measure.js';
import type { UsagePlan } from './plan.js';
import { usageParts } from './sums-store.js';

/** Tokens of two kinds together: null only where neither is told. Tokens, not money: a kind nobody told adds nothing. */
const both = (a: Sum, b: Sum): Sql =>
  sql`case when ${raw(a)} is not null or ${raw(b)} is not null then coalesce(${raw(a)}, 0) + coalesce(${raw(b)}, 0) end`;

/**
 * Measures that are more than one sum. Coverage is cut, not rounded: 1 is said only when every call is priced. Money of no
 * call is unknown, also where adjustments have taken away what was there and leave a sum of 0.
 */
const COMPUTED: Partial<Record<Measure, Sql>> = {
  cost_usd: sql`case when priced_calls <> 0 then cost_usd end`,
  inexact_cost_usd: sql`case when inexact_calls <> 0 then inexact_cost_usd end`,
  error_cost_usd: sql`case when error_calls <> 0 and priced_calls <> 0 then error_cost_usd end`,
  cost_per_call: sql`round(cost_usd / nullif(priced_calls, 0), 18)`,
  cost_per_conversation: sql`case when priced_calls <> 0 then round(cost_usd / nullif(conversations, 0), 18) end`,
  cost_per_user: sql`case when priced_calls <> 0 then round(cost_usd / nullif(users, 0), 18) end`,
  coverage: sql`trunc(priced_calls::numeric / nullif(priced_calls + pending_calls, 0), 6)`,
  error_rate: sql`round(error_calls::numeric / nullif(calls, 0), 6)`,
  cache_write_tokens: both('cache_write_5m_tokens', 'cache_write_1h_tokens'),
  total_tokens: both('input_tokens', 'output_tokens'),
  duration_ms_avg: sql`round(duration_us / nullif(calls, 0) / 1000, 3)`,
};

function measureOf(measure: Measure): Sql {
  const { percentile } = factsOf(measure);
  // The middle of a bucket such that both its ends are 9 % away.
  if (percentile)
    return sql`round((2 * 1.2 ^ (${raw(`${percentile.latency}_${percentile.quantile}`)} + 1) / 2.2)::numeric, 3)`;
  return COMPUTED[measure] ?? raw(measure);
}

const list = (items: readonly Sql[]): Sql => (items.length ? sql`${join([...items])},` : empty);

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

/** The groups: slot, the dimensions, the sums, the columns of extras. One whose calls all moved away is none. */
function groupsOf(plan: UsagePlan, extras: readonly Extra[]): Sql {
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const added = join(plan.sums.map((sum) => sql`sum(${raw(sum)}) as ${raw(sum)}`));
  const summed = sql`select ${slotOf(sql`at`, plan.cut)} as slot, ${list(keys)} ${added}
    from parts group by ${join([sql`1`, ...keys])} having sum(calls) <> 0`;
  if (extras.length === 0) return summed;
  const columns = extras.flatMap((extra) => extra.columns);
  // Rows laid under each other, not joined: keys may be null, and PostgreSQL joins those row by row.
  const filled = (told: readonly string[]): Sql =>
    join([...plan.sums, ...columns].map((name) => (told.includes(name) ? raw(name) : sql`null::numeric`)));
  const rows = [
    sql`select slot, ${list(keys)} ${filled(plan.sums)} from summed`,
    ...extras.map(
      (extra) => sql`select slot, ${list(keys)} ${filled(extra.columns)} from (${extra.groups}) as extra`,
    ),
  ];
  return sql`
    select slot, ${list(keys)} ${join([...plan.sums, ...columns].map((name) => sql`max(${raw(name)}) as ${raw(name)}`))}
    from (with summed as (${summed}) ${join(rows, ' union all ')}) as laid (${join([sql`slot`, ...keys, ...[...plan.sums, ...columns].map((name) => raw(name))])})
    group by ${join([sql`1`, ...keys])} having max(calls) is not null`;
}

/** One statement, so rows and totals tell of the same moment. Position 0 is the total over all groups. */
function usageStatement(plan: UsagePlan, allowed: Allowed): Sql {
  const extras = [distinctExtra(plan, allowed), latencyExtra(plan, allowed)].filter(
    (extra) => extra !== null,
  );
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const added = join(plan.sums.map((sum) => sql`sum(${raw(sum)}) as ${raw(sum)}`));
  const told = join(
    plan.measures.map(
      (measure) => sql`trim_scale((${measureOf(measure)})::numeric)::text as ${raw(measure)}`,
    ),
  );
  const totals = extras.map((extra, index) => sql`, (${extra.total}) as ${raw(`extra_${index}`)}`);
  return sql`
    with parts as (${usageParts(plan, allowed)}),
    ${list(extras.flatMap((extra) => extra.tables))}
    groups as (${groupsOf(plan, extras)}),
    ranked as (select *, row_number() over (order by ${order(plan)}) as position from groups)
    select position, slot, ${list(keys)} ${told}, 0 as groups from ranked where position <= ${plan.limit}
    union all
    select 0, null, ${list(plan.groupBy.map(() => sql`null`))} ${told}, groups
    from (select count(*) as groups, ${added} from groups) as total ${totals.length ? join(totals, ' ') : empty}`;
}

/** One group: its measures as decimal text, null where unknown. */
export interface UsageGroup {
  /** Start of its interval, Unix ms; null where time is not cut. */
  readonly time: number | null;
  readonly dimensions: Readonly<Partial<Record<Dimension, string | null>>>;
  readonly measures: Readonly<Partial<Record<Measure, string | null>>>;
}

/**
 * Runs a plan: the groups in its order up to its limit, and the total over all of them. Empty groups do not exist.
 * PostgreSQL cannot know how few groups an interval makes: with its usual 4 MB it sorts all rows instead of hashing.
 */
export async function readUsage(
  db: Pick<Db, 'transaction'>,
  plan: UsagePlan,
  allowed: Allowed,
): Promise<{ groups: UsageGroup[]; total: UsageGroup; count: number }> {
  const { rows } = await db.transaction(async (tx) => {
    await tx.query(sql`set local work_mem = '64MB'`);
    return tx.query(usageStatement(plan, allowed));
  });
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
