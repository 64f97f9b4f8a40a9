import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Dimension } from './dimension.js';
import { conditions, DIMENSION_COLUMNS, slotOf, within } from './filter-store.js';
import { columnsOf, grouped, type Level } from './level-store.js';
import { factsOf, LATENCIES, QUANTILES } from './measure.js';
import type { LatencyReading } from './latency-plan.js';
import type { UsagePlan } from './plan.js';
import { namedDimensions, type ReadingRequest } from './reading-plan.js';
import type { TimeRange } from './time-ranges.js';

/** Numbers of a group that are not sums of its parts. */
export interface Extra {
  /** Common table expressions, each `name as (…)`, that the rest may use. */
  readonly tables: readonly Sql[];
  readonly columns: readonly string[];
  /** Rows of a level's columns and those of this extra: one for each group. */
  readonly at: (level: Level) => Sql;
}

const CONVERSATIONS = 'conversations';
const USERS = 'users';

/** Distinct conversations and users. A conversation's id is its organisation's own, so it is counted with it. */
export function distinctExtra(plan: UsagePlan, allowed: Allowed): Extra | null {
  const { distinct, cut, filters } = plan;
  if (!distinct) return null;
  const columns = [CONVERSATIONS, USERS];
  const where = (ranges: readonly TimeRange[]): Sql =>
    sql`kind = 'call' and ${conditions(within(sql`started_at`, ranges), filters, allowed)}`;
  if (distinct.method === 'distinct_raw') {
    const slot = slotOf(sql`started_at`, cut);
    return { tables: [seenTable(plan, slot, where(distinct.raw))], columns, at: distinctAt };
  }
  const dayStart = sql`(day::timestamp at time zone 'UTC')`;
  const ofDays = sql`
    select ${slotOf(dayStart, cut)} as slot, org_id, conversations, users from usage_daily_distinct
    where ${conditions(within(sql`day`, distinct.daily, 'date'), filters, allowed)}
    union all
    select ${slotOf(sql`started_at`, cut)}, org_id, count(distinct conversation_id), count(distinct user_id)
    from usage_events where ${where(distinct.raw)}
    group by 1, 2, (started_at at time zone 'UTC')::date`;
  const source = { from: sql`daily_distinct`, slot: sql`slot` };
  const added = sql`sum(conversations) as conversations, sum(users) as users`;
  return {
    tables: [sql`daily_distinct as (${ofDays})`],
    columns,
    at: (level) => grouped(level, source, added),
  };
}

/**
 * Who was seen in which group, each once: read once for the groups, their ranking and the total. With a top by cost per
 * conversation a million calls take 11.6 instead of 15 s of processor time, without one 7.4 instead of 7.8.
 */
function seenTable({ groupBy }: UsagePlan, slot: Sql, where: Sql): Sql {
  const keys = [...new Set<Dimension>([...groupBy, 'org_id'])].map((name) => DIMENSION_COLUMNS[name]);
  return sql`seen as (
    select distinct ${join([sql`${slot} as slot`, ...keys, sql`kind_of_id`, sql`id`])}
    from usage_events cross join lateral (values ('c', conversation_id), ('u', user_id)) as ids (kind_of_id, id)
    where id is not null and ${where})`;
}

function distinctAt(level: Level): Sql {
  const source = { from: sql`seen`, slot: sql`slot` };
  // Of a level that joins others, the column would have two names: the organisation an id belongs to is one more key.
  const once = grouped(level, { ...source, more: [sql`org_id as owner`, sql`kind_of_id`, sql`id`] });
  const names = columnsOf(level);
  return sql`select ${join([
    ...names,
    sql`count(*) filter (where kind_of_id = 'c') as conversations`,
    sql`count(*) filter (where kind_of_id = 'u') as users`,
  ])} from (${once}) as once ${names.length > 0 ? sql`group by ${join(names)}` : empty}`;
}

/** The bucket of a latency in ms: the same as in migration 0007. */
const logBucket = (ms: Sql): Sql => sql`floor(ln(greatest(${ms}, 1)::float8) / ln(1.2::float8))::integer`;

/** Percentiles, as the bucket that holds each. */
export function latencyExtra(plan: UsagePlan, allowed: Allowed): Extra | null {
  const { latency, cut, filters } = plan;
  if (!latency) return null;
  const keys = plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const list = (items: readonly Sql[]): Sql => join([...items, ...keys]);
  const asked = LATENCIES.filter((name) =>
    plan.measures.some((measure) => factsOf(measure).percentile?.latency === name),
  );
  const parts = latency.flatMap(({ table, ranges }): Sql[] => {
    if (table !== 'usage_events') {
      return [
        sql`select ${list([sql`${slotOf(sql`bucket`, cut)} as slot`, sql`kind as latency`, sql`log_bucket`])}, calls
          from ${raw(latencyTable(table, { group_by: plan.groupBy, filters }, allowed))}
          where kind = any(${asked}::text[]) and ${conditions(within(sql`bucket`, ranges), filters, allowed)}`,
      ];
    }
    const measured = {
      duration: sql`duration_us / 1000.0`,
      time_to_first_token: sql`time_to_first_token_ms`,
    };
    return asked.map(
      (name) =>
        sql`select ${list([sql`${slotOf(sql`started_at`, cut)} as slot`, sql`${name}::text as latency`, sql`${logBucket(measured[name])} as log_bucket`])}, 1 as calls
          from usage_events where kind = 'call' and ${measured[name]} is not null
            and ${conditions(within(sql`started_at`, ranges), filters, allowed)}`,
    );
  });
  return {
    tables: [
      sql`histogram as (
        select ${list([sql`slot`, sql`latency`, sql`log_bucket`])}, sum(calls) as calls
        from (${join(parts, ' union all ')}) as latencies group by ${list([sql`slot`, sql`latency`, sql`log_bucket`])})`,
    ],
    columns: LATENCIES.flatMap((name) => Object.keys(QUANTILES).map((quantile) => `${name}_${quantile}`)),
    at: quantilesAt,
  };
}

/** Days of all organisations together are in a smaller table: for who may see all of them and asks for none. */
function latencyTable(
  table: LatencyReading['table'],
  plan: Pick<ReadingRequest, 'group_by' | 'filters'>,
  { organisations }: Allowed,
): string {
  const apart = organisations !== null || namedDimensions(plan).includes('org_id');
  return table === 'usage_latency_1d' && !apart ? 'usage_latency_1d_by_model' : table;
}

/** The first bucket up to which there are enough calls, of the histogram summed up to a level. */
function quantilesAt(level: Level): Sql {
  const buckets = { from: sql`histogram`, slot: sql`slot`, more: [sql`latency`, sql`log_bucket`] };
  const names = columnsOf(level);
  const group = join([...names, sql`latency`]);
  const summed = level.finest ? sql`histogram` : sql`(${grouped(level, buckets, sql`sum(calls) as calls`)})`;
  const counted = sql`
    select *, sum(calls) over (partition by ${group} order by log_bucket) as upto, sum(calls) over (partition by ${group}) as calls_of_all
    from ${summed} as summed`;
  const quantiles = LATENCIES.flatMap((name) =>
    Object.entries(QUANTILES).map(
      ([quantile, share]) =>
        sql`min(log_bucket) filter (where latency = ${name} and upto >= ${share}::float8 * calls_of_all) as ${raw(`${name}_${quantile}`)}`,
    ),
  );
  return sql`select ${join([...names, ...quantiles])} from (${counted}) as counted
    ${names.length > 0 ? sql`group by ${join(names)}` : empty}`;
}
