import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import { conditions, DIMENSION_COLUMNS, slotOf, within } from './filter-store.js';
import { LATENCIES, QUANTILES } from './measure.js';
import type { UsagePlan } from './plan.js';
import type { TimeRange } from './time-ranges.js';

/** Numbers of a group that are not sums of its parts. */
export interface Extra {
  /** Common table expressions, each `name as (…)`, that the rest may use. */
  readonly tables: readonly Sql[];
  readonly columns: readonly string[];
  /** Rows of slot, the dimensions and the columns: one for each group. */
  readonly groups: Sql;
  /** One row of the columns, over all groups. */
  readonly total: Sql;
}

const keysOf = (plan: UsagePlan): Sql[] => plan.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);

const CONVERSATIONS = 'conversations';
const USERS = 'users';

/** Distinct conversations and users. A conversation's id is its organisation's own, so it is counted with it. */
export function distinctExtra(plan: UsagePlan, allowed: Allowed): Extra | null {
  const { distinct, cut, filters } = plan;
  if (!distinct) return null;
  const keys = keysOf(plan);
  const where = (ranges: readonly TimeRange[]): Sql =>
    sql`kind = 'call' and ${conditions(within(sql`started_at`, ranges), filters, allowed)}`;
  if (distinct.method === 'distinct_raw') {
    const counted = sql`
      count(distinct (org_id, conversation_id)) filter (where conversation_id is not null) as conversations,
      count(distinct (org_id, user_id)) filter (where user_id is not null) as users`;
    const from = sql`from usage_events where ${where(distinct.raw)}`;
    return {
      tables: [],
      columns: [CONVERSATIONS, USERS],
      groups: sql`select ${join([sql`${slotOf(sql`started_at`, cut)} as slot`, ...keys])}, ${counted}
        ${from} group by ${join([sql`1`, ...keys])}`,
      total: sql`select ${counted} ${from}`,
    };
  }
  const dayStart = sql`(day::timestamp at time zone 'UTC')`;
  const ofDays = sql`
    select ${slotOf(dayStart, cut)} as slot, org_id, conversations, users from usage_daily_distinct
    where ${conditions(within(sql`day`, distinct.daily, 'date'), filters, allowed)}
    union all
    select ${slotOf(sql`started_at`, cut)}, org_id, count(distinct conversation_id), count(distinct user_id)
    from usage_events where ${where(distinct.raw)}
    group by 1, 2, (started_at at time zone 'UTC')::date`;
  const added = sql`sum(conversations) as conversations, sum(users) as users`;
  return {
    tables: [sql`daily_distinct as (${ofDays})`],
    columns: [CONVERSATIONS, USERS],
    groups: sql`select ${join([sql`slot`, ...keys])}, ${added} from daily_distinct group by ${join([sql`1`, ...keys])}`,
    total: sql`select ${added} from daily_distinct`,
  };
}

/** The bucket of a latency in ms: the same as in migration 0007. */
const logBucket = (ms: Sql): Sql => sql`floor(ln(greatest(${ms}, 1)::float8) / ln(1.2::float8))::integer`;

/** Percentiles, as the bucket that holds each. */
export function latencyExtra(plan: UsagePlan, allowed: Allowed): Extra | null {
  const { latency, cut, filters } = plan;
  if (!latency) return null;
  const keys = keysOf(plan);
  const list = (items: readonly Sql[]): Sql => join([...items, ...keys]);
  const parts = latency.flatMap(({ table, ranges }): Sql[] => {
    if (table !== 'usage_events') {
      return [
        sql`select ${list([sql`${slotOf(sql`bucket`, cut)} as slot`, sql`kind as latency`, sql`log_bucket`])}, calls
          from ${raw(table)} where ${conditions(within(sql`bucket`, ranges), filters, allowed)}`,
      ];
    }
    const measured = {
      duration: sql`duration_us / 1000.0`,
      time_to_first_token: sql`time_to_first_token_ms`,
    };
    return LATENCIES.map(
      (name) =>
        sql`select ${list([sql`${slotOf(sql`started_at`, cut)} as slot`, sql`${name}::text as latency`, sql`${logBucket(measured[name])} as log_bucket`])}, 1 as calls
          from usage_events where kind = 'call' and ${measured[name]} is not null
            and ${conditions(within(sql`started_at`, ranges), filters, allowed)}`,
    );
  });
  const columns = LATENCIES.flatMap((name) =>
    Object.keys(QUANTILES).map((quantile) => `${name}_${quantile}`),
  );
  const quantiles = join(
    LATENCIES.flatMap((name) =>
      Object.entries(QUANTILES).map(
        ([quantile, share]) =>
          sql`min(log_bucket) filter (where latency = ${name} and upto >= ${share}::float8 * calls_of_all) as ${raw(`${name}_${quantile}`)}`,
      ),
    ),
  );
  const counted = (group: Sql): Sql => sql`
    select *, sum(calls) over (partition by ${group} order by log_bucket) as upto, sum(calls) over (partition by ${group}) as calls_of_all`;
  return {
    tables: [
      sql`histogram as (
        select ${list([sql`slot`, sql`latency`, sql`log_bucket`])}, sum(calls) as calls
        from (${join(parts, ' union all ')}) as latencies group by ${list([sql`slot`, sql`latency`, sql`log_bucket`])})`,
    ],
    columns,
    groups: sql`select ${list([sql`slot`])}, ${quantiles}
      from (${counted(list([sql`slot`, sql`latency`]))} from histogram) as counted group by ${list([sql`slot`])}`,
    total: sql`select ${quantiles} from (${counted(sql`latency`)}
      from (select latency, log_bucket, sum(calls) as calls from histogram group by 1, 2) as summed) as counted`,
  };
}
