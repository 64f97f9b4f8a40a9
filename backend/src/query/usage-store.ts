import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Db, Row } from '../db/db.js';
import type { Dimension } from './dimension.js';
import { distinctExtra, latencyExtra, type Extra } from './extra-store.js';
import { DIMENSION_COLUMNS, startOf } from './filter-store.js';
import {
  byGroup,
  byTopGroup,
  columnsOf,
  groupKey,
  grouped,
  OVER_ALL,
  overTime,
  type Level,
} from './level-store.js';
import { factsOf, type Measure, type Sum } from './measure.js';
import type { UsagePlan } from './plan.js';
import { usageParts } from './sums-store.js';

/** Tokens of two kinds together: null only where neither is told. Tokens, not money: a kind nobody told adds nothing. */
const both = (a: Sum, b: Sum): Sql =>
  sql`(case when ${raw(a)} is not null or ${raw(b)} is not null then coalesce(${raw(a)}, 0) + coalesce(${raw(b)}, 0) end)`;

const TOTAL_TOKENS = both('input_tokens', 'output_tokens');

/**
 * Money for each, rounded half up to 18 decimals. Not "round(a / b, 18)": PostgreSQL's division rounds as well, a digit or two
 * later, and what ends in …49.5 would be rounded up twice (seen in one of some hundred groups).
 */
const perUnit = (money: Sql, divisor: Sql): Sql =>
  sql`div(2 * ${money} * 1000000000000000000 + ${divisor}, 2 * nullif(${divisor}, 0)) * 0.000000000000000001`;

/**
 * Measures that are more than one sum. Coverage is cut, not rounded: 1 is said only when every call is priced. Money of no
 * call is unknown, also where adjustments have taken away what was there and leave a sum of 0.
 */
const COMPUTED: Partial<Record<Measure, Sql>> = {
  cost_usd: sql`case when priced_calls <> 0 then cost_usd end`,
  inexact_cost_usd: sql`case when inexact_calls <> 0 then inexact_cost_usd end`,
  error_cost_usd: sql`case when error_calls <> 0 and priced_calls <> 0 then error_cost_usd end`,
  cache_saved_usd: sql`case when priced_calls <> 0 then cache_saved_usd end`,
  cost_per_call: perUnit(sql`cost_usd`, sql`priced_calls`),
  cost_per_conversation: sql`case when priced_calls <> 0 then ${perUnit(sql`cost_usd`, sql`conversations`)} end`,
  cost_per_user: sql`case when priced_calls <> 0 then ${perUnit(sql`cost_usd`, sql`users`)} end`,
  cost_per_million_tokens: sql`case when priced_calls <> 0 then ${perUnit(sql`cost_usd * 1000000`, TOTAL_TOKENS)} end`,
  coverage: sql`trunc(priced_calls::numeric / nullif(priced_calls + pending_calls, 0), 6)`,
  error_rate: sql`round(error_calls::numeric / nullif(calls, 0), 6)`,
  cache_read_ratio: sql`round(cache_read_tokens::numeric / nullif(input_tokens, 0), 6)`,
  cache_write_tokens: both('cache_write_5m_tokens', 'cache_write_1h_tokens'),
  total_tokens: TOTAL_TOKENS,
  tokens_per_call: sql`round(${TOTAL_TOKENS}::numeric / nullif(calls, 0), 3)`,
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
    if (field === 'other') return sql`other`;
    return field in DIMENSION_COLUMNS ? DIMENSION_COLUMNS[field as Dimension] : measureOf(field as Measure);
  };
  return join(
    plan.orderBy.map(
      ({ field, direction }) => sql`${column(field)} ${raw(direction === 'asc' ? 'asc' : 'desc')} nulls last`,
    ),
  );
}

const added = ({ sums }: UsagePlan): Sql => join(sums.map((sum) => sql`sum(${raw(sum)}) as ${raw(sum)}`));

/** The groups of a level: its columns, the sums, the columns of extras. One whose calls all moved away is none. */
function groupsAt(level: Level, plan: UsagePlan, extras: readonly Extra[]): Sql {
  const summed = level.finest
    ? sql`select * from summed`
    : grouped(level, { from: sql`summed`, slot: sql`slot` }, added(plan));
  if (extras.length === 0) return summed;
  const numbers = [...plan.sums, ...extras.flatMap((extra) => extra.columns)];
  const names = columnsOf(level);
  // Rows laid under each other, not joined: keys may be null, and PostgreSQL joins those row by row.
  const filled = (told: readonly string[], rows: Sql): Sql =>
    sql`select ${list(names)} ${join(numbers.map((name) => (told.includes(name) ? raw(name) : sql`null::numeric`)))}
      from (${rows}) as rows`;
  const laid = [filled(plan.sums, summed), ...extras.map((extra) => filled(extra.columns, extra.at(level)))];
  return sql`
    select ${list(names)} ${join(numbers.map((name) => sql`max(${raw(name)}) as ${raw(name)}`))}
    from (${join(laid, ' union all ')}) as laid (${join([...names, ...numbers.map((name) => raw(name))])})
    group by ${join(names)} having max(calls) is not null`;
}

/** Keys of the groups with the most of a measure over the whole time; equal ones by their dimensions. */
function topGroups(
  { count, by }: NonNullable<UsagePlan['top']>,
  plan: UsagePlan,
  extras: readonly Extra[],
): Sql {
  const { distinct, percentile } = factsOf(by);
  const needed = distinct || percentile ? extras : [];
  const dimensions = plan.groupBy.map((dimension) => sql`${DIMENSION_COLUMNS[dimension]} nulls last`);
  return sql`
    select ${groupKey(plan.groupBy)} as key from (${groupsAt(overTime(plan.groupBy, plan.cut.kind === 'whole'), plan, needed)}) as whole
    order by ${join([sql`${measureOf(by)} desc nulls last`, ...dimensions])} limit ${count}`;
}

/** One statement, so rows and totals tell of the same moment. Position 0 is the total over all groups. */
function usageStatement(plan: UsagePlan, allowed: Allowed): Sql {
  const { groupBy, top } = plan;
  const distinct = distinctExtra(plan, allowed);
  const latency = latencyExtra(plan, allowed);
  const extras = [distinct, latency].filter((extra) => extra !== null);
  const level = top ? byTopGroup(groupBy) : byGroup(groupBy);
  const names = columnsOf(level);
  // Materialised: of what is added up already a worker would save less than it costs.
  const tables = [
    sql`parts as materialized (${usageParts(plan, allowed)})`,
    ...extras.flatMap((extra) => extra.tables),
  ];
  const parts = { from: sql`parts`, slot: sql`slot` };
  tables.push(sql`summed as (${grouped(byGroup(groupBy), parts, added(plan))} having sum(calls) <> 0)`);
  if (top) tables.push(sql`top_groups as (${topGroups(top, plan, extras)})`);
  const told = join(
    plan.measures.map(
      (measure) => sql`trim_scale((${measureOf(measure)})::numeric)::text as ${raw(measure)}`,
    ),
  );
  const totals = extras.map((extra, index) => sql`, (${extra.at(OVER_ALL)}) as ${raw(`extra_${index}`)}`);
  return sql`
    with ${list(tables)}
    groups as (${groupsAt(level, plan, extras)}),
    ranked as (select *, row_number() over (order by ${order(plan)}) as position from groups)
    select position, ${list(names)} ${told}, 0 as shown, 0 as groups from ranked where position <= ${plan.limit}
    union all
    select 0, ${list(names.map(() => sql`null`))} ${told}, shown, ${top ? sql`(select count(*) from summed)` : sql`shown`}
    from (select count(*) as shown, ${added(plan)} from groups) as total ${totals.length ? join(totals, ' ') : empty}`;
}

/** One group: its measures as decimal text, null where unknown. */
export interface UsageGroup {
  /** Start of its interval, Unix ms; null where time is not cut. */
  readonly time: number | null;
  readonly dimensions: Readonly<Partial<Record<Dimension, string | null>>>;
  readonly measures: Readonly<Partial<Record<Measure, string | null>>>;
  /** True for all groups beyond the top together; null where all groups keep their rows. */
  readonly other: boolean | null;
}

export interface UsageAnswer {
  /** In the order of the plan, up to its limit. */
  readonly groups: readonly UsageGroup[];
  /** Over all groups. */
  readonly total: UsageGroup;
  /** How many rows there are without a limit. */
  readonly rows: number;
  /** How many groups there are without a limit and a top. */
  readonly count: number;
}

/**
 * Runs a plan: the groups in its order up to its limit, and the total over all of them. Empty groups do not exist.
 * PostgreSQL cannot know how few groups an interval makes: with its usual 4 MB it sorts all rows instead of hashing.
 */
export async function readUsage(
  db: Pick<Db, 'transaction'>,
  plan: UsagePlan,
  allowed: Allowed,
): Promise<UsageAnswer> {
  const { rows } = await db.transaction(async (tx) => {
    await tx.query(sql`set local work_mem = '64MB'`);
    return tx.query(usageStatement(plan, allowed));
  });
  const ordered = rows.toSorted((a, b) => Number(a['position']) - Number(b['position']));
  const [total, ...groups] = ordered.map((row) => groupOf(row, plan));
  if (!total) throw new RangeError('the usage statement must return its total');
  return { groups, total, rows: Number(ordered[0]?.['shown']), count: Number(ordered[0]?.['groups']) };
}

function groupOf(row: Row, plan: UsagePlan): UsageGroup {
  const pick = <K extends string>(names: readonly K[]): Partial<Record<K, string | null>> =>
    Object.fromEntries(names.map((name) => [name, row[name]])) as Partial<Record<K, string | null>>;
  return {
    time: row['slot'] === null ? null : startOf(Number(row['slot']), plan.cut),
    dimensions: pick(plan.groupBy),
    measures: pick(plan.measures),
    other: plan.top ? row['other'] === true : null,
  };
}
