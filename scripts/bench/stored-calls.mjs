import sql, { join, raw } from 'sql-template-tag';
import { createEventStore } from '../../backend/dist/event-store/event-store.js';
import { createPriceBookService } from '../../backend/dist/price-book/price-book.js';
import { insertVersions } from '../../backend/dist/price-book/store.js';
import { createRefresher } from '../../backend/dist/rollup/refresh.js';

export const DAY_MS = 86_400_000;
/** A day of the past: no bucket of it is open. */
export const BENCH_DAY = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
const MODELS = 12;
/**
 * What the jobs are made with, as app.ts does it, over an emptied database.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db
 */
export async function openLedger(db) {
  await emptyLedger(db);
  const prices = createPriceBookService({
    ...{ db, pricesFile: null, now: Date.now },
    readCatalogue: () => Promise.reject(new Error('this bench has its own prices')),
  });
  await prices.load();
  const events = createEventStore({ db, priceBook: prices.current, onWritten: () => {} });
  const refresher = createRefresher({
    ...{ db, clock: Date.now, lateEventsMaxAgeMs: 400 * DAY_MS },
    trustedForMs: null,
  });
  return { db, prices, events, refresher };
}

/** Empties every table but what migrations filled. @param {import('../../backend/dist/db/db.js').Db} db */
export async function emptyLedger(db) {
  const { rows } = await db.query(sql`
    select format('%I', tablename) as name from pg_tables
    where schemaname = current_schema() and tablename not in ('schema_migrations', 'latency_kinds')
    union all
    select format('%I.%I', view_schema, view_name) from timescaledb_information.continuous_aggregates`);
  await db.query(sql`truncate ${join(rows.map(({ name }) => raw(String(name))))} restart identity cascade`);
  await db.query(sql`insert into ledger_state default values`);
  await db.query(sql`alter sequence request_numbers restart`);
}

/**
 * Stores calls of one UTC day that wait for the price of their model, spread over the day and 200 organisations; columns
 * filled as an instrumentation's are, 500 a request.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls
 */
export async function storePending(db, calls) {
  await db.query(sql`
    insert into usage_events (realm, trace_id, span_id, started_at, parent_span_id, kind, span_class, name, duration_us,
      scope_name, scope_version, service_name, status_error, org_id, assistant_id, query_type, conversation_id, user_id,
      environment, operation, provider, model, request_model, response_model, response_id, input_tokens, cache_read,
      output_tokens, input_basis, usage_quality, detail, failed, time_to_first_token_ms, cost_status, cost_reason,
      attributes, request_number)
    select 'team', md5('t' || i), left(md5('s' || i), 16), at, left(md5('p' || i), 16), 'call', 'call', 'chat', duration,
      '@arizeai/openinference-instrumentation-openai', '4.2.7', 'bench', i % 50 = 0, 'org-' || org,
      'assistant-' || i % 5, (array['chat', 'search', 'summarise'])[1 + i % 3], 'c' || i / 4, 'u' || i % 1000, 'production',
      'chat', 'bench', 'bench-' || model, 'bench-' || model, 'bench-' || model, 'chatcmpl-' || md5('r' || i), input,
      input / 2, output, 'convention', 'exact', 40, false, duration / 5000, 'pending', 'unknown_provider',
      jsonb_build_object('gen_ai.request.max_tokens', 1000, 'server.port', 443, 'gen_ai.usage.input_tokens', input,
        'gen_ai.usage.output_tokens', output), 1 + i / 500
    from (
      select i, date_trunc('milliseconds', ${new Date(BENCH_DAY)}::timestamptz
          + i * interval '1 second' * (86400::float8 / ${calls}::int)) as at,
        floor(200 * power(random(), 2.5))::int as org, floor(${MODELS}::int * power(random(), 2))::int as model,
        (exp(random() * 4 + 5) * 1000)::bigint as duration,
        exp(random() * 5 + 4)::bigint as input, exp(random() * 4 + 3)::bigint as output
      from generate_series(0, ${calls}::int - 1) as i) as calls`);
  await db.query(sql`select setval('request_numbers', ${Math.ceil(calls / 500)}::bigint)`);
  await db.query(sql`vacuum analyze usage_events`);
}

/** Records a price for every model: by the operator, and another in the catalogue. @param {import('../../backend/dist/db/db.js').Db} db */
export async function recordPrices(db) {
  const price = (/** @type {'override' | 'catalogue'} */ source, /** @type {number} */ model) => ({
    ...{ source, provider: 'bench', orgId: null, model: `bench-${model}`, serviceTier: 'standard' },
    ...{ sourceVersion: 'bench', match: [{ kind: /** @type {const} */ ('exact'), model: `bench-${model}` }] },
    ...{ effectiveFrom: -Infinity, certainFrom: -Infinity, recordedAt: Date.now(), windows: [], basis: null },
    ...{
      ended: false,
      withdrawn: false,
      byHand: false,
      empty: false,
      refused: null,
      author: null,
      note: null,
    },
    meters: {
      input_uncached: { price: source === 'override' ? '2.3' : '2.5', per: 1_000_000 },
      cache_read: { price: '1.25', per: 1_000_000 },
      output: { price: `${10 + model}`, per: 1_000_000 },
    },
  });
  const models = Array.from({ length: MODELS }, (_, model) => model);
  await insertVersions(db, [
    ...models.map((model) => price('catalogue', model)),
    ...models.map((model) => price('override', model)),
  ]);
}

/**
 * Stores traces that came with two requests each: first three calls and a tool's step that name no customer, then the
 * root that does. Settle has to give every call its organisation, and with it its price.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} traces @returns {Promise<number>} how many spans
 */
export async function storeSplitTraces(db, traces) {
  const perRequest = 100;
  await db.query(sql`
    insert into usage_events (realm, trace_id, span_id, started_at, parent_span_id, kind, span_class, name, duration_us,
      scope_name, scope_version, service_name, status_error, org_id, assistant_id, query_type, conversation_id, environment,
      operation, provider, model, request_model, response_model, response_id, input_tokens, cache_read, output_tokens,
      input_basis, usage_quality, detail, failed, cost_status, cost_reason, cost_quality, cost_usd, price_version_ids,
      attributes, request_number)
    select 'team', md5('t' || trace), left(md5(trace || '/' || span), 16), at + span * interval '1 second',
      case when span > 0 then left(md5(trace || '/0'), 16) end, case when is_call then 'call' else 'step' end,
      case when is_call then 'call' else 'step' end, case when is_call then 'chat' else 'tool' end, 900000,
      '@arizeai/openinference-instrumentation-openai', '4.2.7', 'bench', false,
      case when span = 0 then 'org-' || trace % 200 else 'unattributed' end,
      case when span = 0 then 'assistant-' || trace % 7 end, case when span = 0 then 'chat' end,
      case when span = 0 then 'c' || trace / 4 end, 'production', 'chat', 'bench',
      case when is_call then 'bench-1' end, case when is_call then 'bench-1' end, case when is_call then 'bench-1' end,
      case when is_call then 'chatcmpl-' || md5(trace || '/' || span) end,
      case when is_call then input end, case when is_call then input / 2 end, case when is_call then output end,
      'convention', 'exact', 40, false, case when is_call then 'priced' end, null, case when is_call then 'exact' end,
      case when is_call then (input - input / 2) * 0.0000023 + (input / 2) * 0.00000125 + output * 0.000011 end,
      case when is_call then '14' end,
      jsonb_build_object('gen_ai.request.max_tokens', 1000, 'server.port', 443),
      1 + trace / ${perRequest}::int * 2 + case when span = 0 then 1 else 0 end
    from (
      select trace, span, span between 1 and 3 as is_call,
        date_trunc('milliseconds', ${new Date(BENCH_DAY)}::timestamptz
          + trace * interval '1 second' * (86000::float8 / ${traces}::int)) as at,
        exp(random() * 5 + 4)::bigint as input, exp(random() * 4 + 3)::bigint as output
      from generate_series(0, ${traces}::int - 1) as trace, generate_series(0, 4) as span) as spans
    order by trace / ${perRequest}::int, span = 0, trace`);
  await db.query(sql`select setval('request_numbers', ${Math.ceil(traces / perRequest) * 2}::bigint)`);
  await db.query(sql`vacuum analyze usage_events`);
  return traces * 5;
}

/**
 * Runs a step once: how long, and how much of the process's own time each row took.
 *
 * @param {import('../../backend/dist/jobs/step.js').Step} step @param {number} rows
 */
export async function runStep(step, rows) {
  const used = process.cpuUsage();
  const started = process.hrtime.bigint();
  const detail = await step.run({ signal: new globalThis.AbortController().signal, forced: true });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { user, system } = process.cpuUsage(used);
  return { detail, seconds, cpuMicros: (user + system) / rows, rssMiB: process.memoryUsage().rss / 2 ** 20 };
}
