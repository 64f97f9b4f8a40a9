import sql, { raw } from 'sql-template-tag';
import { AGGREGATES, BUCKET_MS, PARTS } from '../../backend/dist/rollup/aggregates.js';
import { refreshAggregates } from '../../backend/dist/rollup/store.js';

export const DAYS = 30;
const OPEN_DAYS = 4;
const ORGANISATIONS = 200;

/**
 * Fills an empty, migrated database with calls of 30 days and 200 organisations of which the largest has 12 % of all,
 * 12 models, 5 assistants each; the aggregates are refreshed, and all but the last 4 days closed.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls
 */
export async function loadUsage(db, calls) {
  const perDay = Math.ceil(calls / DAYS);
  const midnight = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  const from = midnight - (DAYS - 1) * 86_400_000;
  for (let day = 0; day < DAYS; day += 1) {
    const start = new Date(from + day * 86_400_000);
    const seconds = day === DAYS - 1 ? Math.max(1, (Date.now() - midnight) / 1000) : 86_400;
    await db.query(callsOfDay(day, start, seconds, perDay));
    if (db.engine === 'embedded') await db.query(sql`checkpoint`);
  }
  await refreshDays(db, from);
  await closeDays(db, new Date(midnight - (OPEN_DAYS - 1) * 86_400_000));
  await db.query(sql`vacuum analyze`);
  return { from, midnight, calls: perDay * DAYS };
}

/** @param {number} day @param {Date} start @param {number} seconds @param {number} calls */
function callsOfDay(day, start, seconds, calls) {
  return sql`
    insert into usage_events (realm, trace_id, span_id, started_at, kind, span_class, name, duration_us, scope_name, scope_version,
      status_error, org_id, assistant_id, query_type, conversation_id, user_id, environment, provider, model,
      input_tokens, cache_read, output_tokens, usage_quality, detail, failed, time_to_first_token_ms,
      cost_status, cost_reason, cost_quality, cost_usd)
    select 'team', ${day}::int || '-' || i, 's', at, 'call', 'call', 'chat', (exp(random() * 4 + 5) * 1000)::bigint, 'bench', '1',
      random() < 0.02, 'org-' || org, 'assistant-' || org || '-' || floor(a * a * 5)::int,
      (array['chat', 'search', 'summarise', 'classify'])[1 + floor(q * q * 4)::int], 'c' || i / 4, 'u' || floor(random() * 1000)::int,
      case when v < 0.9 then 'production' else 'staging' end,
      (array['openai', 'openai', 'openai', 'anthropic', 'anthropic', 'google'])[1 + model % 6], 'model-' || model,
      input, input / 2, output, 'exact', 1, false, exp(random() * 3 + 4),
      case when p < 0.01 then 'pending' else 'priced' end, case when p < 0.01 then 'unknown_model' end,
      case when p < 0.01 then null when p < 0.05 then 'estimated' else 'exact' end,
      case when p >= 0.01 then input * 0.0000025 + output * 0.00001 end
    from (
      select i, date_trunc('milliseconds', ${start}::timestamptz + i * interval '1 second' * (${seconds}::float8 / ${calls}::int)) as at,
        floor(${ORGANISATIONS}::int * power(random(), 2.5))::int as org, floor(12 * power(random(), 2))::int as model,
        random() as a, random() as q, random() as v, random() as p,
        exp(random() * 5 + 4)::bigint as input, exp(random() * 4 + 3)::bigint as output
      from generate_series(0, ${calls}::int - 1) as i) as calls`;
}

/** Day by day, as the product does it. @param {import('../../backend/dist/db/db.js').Db} db @param {number} from */
async function refreshDays(db, from) {
  const now = Math.floor(Date.now() / BUCKET_MS.usage_15m) * BUCKET_MS.usage_15m;
  for (let day = from; day < now; day += 86_400_000)
    for (const part of PARTS)
      await refreshAggregates(db, part, { from: day, to: Math.min(day + 86_400_000, now) });
}

/** What closing writes of the calls, and the watermark. @param {import('../../backend/dist/db/db.js').Db} db @param {Date} before */
async function closeDays(db, before) {
  const dimensions = raw('org_id, assistant_id, query_type, provider, model, environment');
  const { rows } = await db.query(sql`
    select string_agg('sum(' || attname || ')', ', ' order by attnum) as sums from pg_attribute
    where attrelid = 'usage_daily'::regclass and attnum > 7 and not attisdropped`);
  await db.query(sql`
    insert into usage_daily
    select (bucket at time zone 'UTC')::date, ${dimensions}, ${raw(String(rows[0]?.['sums']))}
    from usage_15m where bucket < ${before}::timestamptz
    group by (bucket at time zone 'UTC')::date, ${dimensions} order by 1, 2`);
  await db.query(sql`
    insert into usage_daily_distinct
    select (started_at at time zone 'UTC')::date, org_id, count(distinct conversation_id), count(distinct user_id)
    from usage_events where started_at < ${before}::timestamptz group by 1, 2`);
  await db.query(
    sql`update ledger_state set closed_before = ${before}::timestamptz, written_before = ${before}::timestamptz`,
  );
}

/** @param {import('../../backend/dist/db/db.js').Db} db */
export async function unloadUsage(db) {
  for (const aggregate of AGGREGATES) await db.query(sql`truncate ${raw(aggregate)}`);
  await db.query(sql`truncate usage_events, usage_daily, usage_daily_by_org, usage_daily_by_model,
    usage_daily_by_assistant, usage_daily_distinct`);
  await db.query(sql`truncate ledger_state`);
  await db.query(sql`insert into ledger_state default values`);
}
