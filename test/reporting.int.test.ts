import { readFileSync } from 'node:fs';
import sql, { raw } from 'sql-template-tag';
import { allowedOrganisations } from '../backend/src/access/allowed.js';
import type { Db, Row } from '../backend/src/db/db.js';
import { prepareReader } from '../backend/src/db/reader/reader-role.js';
import { dayOf, type RowChange } from '../backend/src/event-store/ledger-row.js';
import { settledRow } from '../backend/src/event-store/settle-and-price.js';
import type { UsageEvent } from '../backend/src/ledger/event.js';
import { createQueryRoutes } from '../backend/src/query/routes.js';
import { createPendingRoutes } from '../backend/src/reprice/pending-routes.js';
import { callRoute, team } from './support/call-route.js';
import {
  callOf,
  closingOf,
  day,
  DAY_MS,
  LATER_BOOK,
  pendingCallOf,
  stepOf,
  storedRows,
  type Closing,
} from './support/closing.js';
import { openTestDb, silentLogger, truncateAll } from './support/database.js';
import { tokens } from './support/usage-events.js';
import { randomOf, type Random } from './support/usage-oracle.js';

/** The views of `reporting`, read by the role of SQL users, against the API: two ways to the same numbers. */
const DAYS = 12;
const ORGS = ['acme', 'globex', 'initech'];
const DIMENSIONS = ['org_id', 'assistant_id', 'query_type', 'provider', 'model', 'environment'] as const;
const BY_MODEL = ['org_id', 'provider', 'model'] as const;
const COUNTS = [
  ...(['calls', 'priced_calls', 'pending_calls', 'failed_calls', 'written_off_calls'] as const),
  ...(['inexact_calls', 'error_calls'] as const),
];
const MONEY = ['cost_usd', 'inexact_cost_usd', 'error_cost_usd', 'cache_saved_usd'] as const;
const TOKENS = [
  ...(['input_tokens', 'cache_read_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens'] as const),
  ...(['output_tokens', 'reasoning_tokens'] as const),
];
const MEASURES = [...COUNTS, ...MONEY, ...TOKENS];

let db: Db;
let closing: Closing;
beforeAll(async () => {
  db = await openTestDb();
  expect(await prepareReader(db, { password: null, logger: silentLogger })).toBeNull();
});
afterAll(() => db.close());
beforeEach(async () => {
  await truncateAll(db);
  closing = closingOf(db);
});

/** As the role of SQL users reads it. */
const read = (text: string): Promise<Row[]> =>
  db.transaction(async (tx) => {
    await tx.query(sql`set local role tokenledger_reader`);
    await tx.query(sql`set local search_path to reporting, public`);
    return (await tx.query(raw(text))).rows;
  });

const routes = () => [
  ...createQueryRoutes({
    ...{ db, priceBook: () => LATER_BOOK, allowed: allowedOrganisations },
    fresh: () => closing.refresher.ensureFresh(),
  }),
  ...createPendingRoutes({ db, events: closing.store, allowed: allowedOrganisations }),
];

async function ask(body: object): Promise<Row[]> {
  const time = { from: new Date(day(0)).toISOString(), to: new Date(day(DAYS + 2)).toISOString() };
  const answer = await callRoute(routes(), team, 'post', '/api/v1/query', {
    ...{ ...time, measures: MEASURES, limit: 50_000 },
    ...body,
  });
  return answer['rows'] as Row[];
}

let number = 0;
function randomCall(random: Random, dayNumber: number): UsageEvent {
  number += 1;
  const make = random.chance(0.3) ? pendingCallOf : callOf;
  const event = make(random.pick(ORGS), dayNumber, random.whole(86_400));
  const told = {
    ...{ assistantId: random.pick(['bot', 'desk', null]), queryType: random.pick(['chat', null]) },
    environment: random.pick(['production', null]),
  };
  return {
    ...event,
    ...{ traceId: `r${number}`, own: { ...event.own, ...told }, statusError: random.chance(0.2) },
    durationUs: random.whole(1e7),
    usage: random.chance(0.9) ? tokens(random.whole(1e5), random.whole(1e4)) : null,
    usageProblem: null,
  };
}

/** Late prices, and other organisations. */
async function changeSome(random: Random): Promise<void> {
  const picked = (await storedRows(db)).filter(() => random.chance(0.15));
  for (const of of new Set(picked.map(({ event }) => dayOf(event.startedAt)))) {
    const changes = picked
      .filter(({ event }) => dayOf(event.startedAt) === of)
      .map((before): RowChange => {
        const { event, settlement } = before;
        const orgId = random.chance(0.5) ? random.pick(ORGS) : settlement.attribution.orgId;
        const attribution = { ...settlement.attribution, orgId };
        return { before, after: settledRow(event, { ...settlement, attribution }, LATER_BOOK) };
      });
    await closing.store.changeDay(changes, { part: 'settled', reason: 'settled' });
  }
}

interface Shape {
  readonly view: string;
  readonly interval: '1d' | '1h' | '15m';
  readonly by: readonly string[];
  readonly asOf: 'known' | 'closed';
}
const SHAPES: readonly Shape[] = [
  { view: 'usage_daily', interval: '1d', by: DIMENSIONS, asOf: 'known' },
  { view: 'usage_daily_by_model', interval: '1d', by: BY_MODEL, asOf: 'known' },
  { view: 'usage_daily_by_org', interval: '1d', by: ['org_id'], asOf: 'known' },
  { view: 'usage_daily_closed', interval: '1d', by: DIMENSIONS, asOf: 'closed' },
  { view: 'usage_daily_by_model_closed', interval: '1d', by: BY_MODEL, asOf: 'closed' },
  { view: 'usage_15m', interval: '15m', by: DIMENSIONS, asOf: 'known' },
  { view: 'usage_15m_by_org', interval: '15m', by: ['org_id'], asOf: 'known' },
  { view: 'usage_1h_by_model', interval: '1h', by: BY_MODEL, asOf: 'known' },
];

/** One line per group, numbers as decimal text. `blurred`: 0 and null are the same where adjustments took all away. */
const lines = (rows: readonly Row[], time: string, by: readonly string[]): string[] => {
  const blurred = new Set<string>([...TOKENS, 'error_cost_usd', 'cache_saved_usd']);
  const text = (value: unknown): string | null =>
    typeof value === 'string' || typeof value === 'number'
      ? `${value}`.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
      : null;
  return rows
    .map((row) => {
      const at = new Date(row[time] as string | Date).toISOString();
      const values = MEASURES.map((name) => (blurred.has(name) ? (text(row[name]) ?? '0') : text(row[name])));
      return JSON.stringify([at, by.map((name) => row[name]), values]);
    })
    .sort();
};

async function compare({ view, interval, by, asOf }: Shape): Promise<number> {
  const closedBefore = asOf === 'closed' ? (await read('select closed_before from ledger'))[0] : undefined;
  const before = closedBefore?.['closed_before'] as Date | undefined;
  if (before && before.getTime() <= day(0)) return 0;
  const to = new Date(before ?? day(DAYS + 2)).toISOString();
  const api = await ask({ interval, group_by: by, as_of: asOf, to, time_zone: 'UTC' });
  const rows = await read(`select * from ${view} where time < '${to}'`);
  expect([view, lines(rows, 'time', by)]).toEqual([view, lines(api, 'time', by)]);
  for (const row of rows) {
    const cost = row['cost_usd'];
    const exact = typeof cost === 'string' ? cost.replace(/\.?0+$/, '') : cost;
    expect(row['cost_usd_text']).toBe(exact);
    if (row['priced_calls'] === '0') expect(cost).toBeNull();
  }
  return rows.length;
}

it.each([1])(
  'every usage view tells what the API tells, while days are closed, adjusted and retired (seed %i)',
  async (seed) => {
    const random = randomOf(seed);
    const compared = new Map<string, number>();
    for (let today = 0; today < DAYS; today += 1) {
      const late = Array.from({ length: 6 }, () => randomCall(random, random.whole(today + 1)));
      await closing.accept([...Array.from({ length: 12 }, () => randomCall(random, today)), ...late]);
      if (random.chance(0.5)) await changeSome(random);
      if (random.chance(0.7)) await closing.close(day(today + 1), true);
      if (random.chance(0.5)) await closing.retire(day(today + 1));
      if (random.chance(0.5)) await changeSome(random);
      if (today % 3 !== 2) continue;
      for (const shape of SHAPES) {
        compared.set(shape.view, (compared.get(shape.view) ?? 0) + (await compare(shape)));
      }
    }
    expect([...compared].filter(([, rows]) => rows < 50)).toEqual([]);
    const [state] = await read(
      `select count(*) filter (where state = 'retired')::int as retired,
              count(*) filter (where state = 'open')::int as open,
              (select count(*)::int from adjustments where below_floor) as below_floor from days`,
    );
    expect(Number(state?.['retired'])).toBeGreaterThan(2);
    expect(Number(state?.['open'])).toBeGreaterThan(1);
    expect(Number(state?.['below_floor'])).toBeGreaterThan(2);
  },
  300_000,
);

it('pending calls of retired, closed and open days are those of the API, and of every organisation', async () => {
  await closing.accept([
    ...[0, 0, 1, 4, 6].map((of, at) => pendingCallOf('acme', of, at)),
    ...[
      pendingCallOf('globex', 3, 1),
      callOf('globex', 3, 2),
      callOf('initech', 6, 3),
      callOf('witness', 20, 0),
    ],
  ]);
  await closing.close(day(7), true);
  await closing.retire(day(7));
  const { groups } = (await callRoute(routes(), team, 'get', '/api/v1/pending')) as unknown as {
    groups: {
      reason: string;
      model: string;
      calls: number;
      tokens: string;
      oldest: string;
      newest: string;
    }[];
  };
  const rows = await read(`
    select cost_reason as reason, model, sum(pending_calls)::int as calls, sum(tokens)::text as tokens,
           min(oldest_at) as oldest, max(newest_at) as newest
    from pending_calls group by 1, 2 order by 3 desc`);
  expect(rows.map((row) => ({ ...row, oldest: iso(row['oldest']), newest: iso(row['newest']) }))).toEqual(
    groups.map(({ reason, model, calls, tokens: of, oldest, newest }) => {
      return { reason, model, calls, tokens: of, oldest: iso(oldest), newest: iso(newest) };
    }),
  );
  expect(groups[0]).toMatchObject({ calls: 6 });
  const each = await read(
    'select org_id, pending_calls::int, oldest_pending_at from organisations order by 1',
  );
  expect(each.map((row) => [row['org_id'], row['pending_calls'], iso(row['oldest_pending_at'])])).toEqual([
    ['acme', 5, new Date(day(0)).toISOString()],
    // Its day is closed and not retired: the ledger knows the day.
    ['globex', 1, new Date(day(3)).toISOString()],
  ]);
  expect(await read('select pending_calls::int from ledger')).toEqual([{ pending_calls: 6 }]);
});

const iso = (value: unknown): string | null =>
  value === null ? null : new Date(value as string | Date).toISOString();

it('an organisation has its cost of today and yesterday with its coverage, and null where nothing is priced', async () => {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const at = (event: UsageEvent, startedAt: number): UsageEvent => ({ ...event, startedAt });
  await closing.accept([
    ...[callOf('acme', 0, 1), callOf('acme', 0, 2), pendingCallOf('acme', 0, 3)].map((e) => at(e, today)),
    ...[callOf('acme', 0, 4), pendingCallOf('globex', 0, 5)].map((e) => at(e, today - DAY_MS)),
  ]);
  const rows = await read(`
    select org_id, calls_today::int, coverage_today::text, cost_today_usd_text, calls_yesterday::int,
           coverage_yesterday::text, cost_yesterday_usd_text, cost_30d_usd_text from organisations order by 1`);
  const [of] = await read(`select cost_usd_text from calls where trace_id = 'acme-0-4'`);
  expect(rows).toEqual([
    {
      ...{
        org_id: 'acme',
        calls_today: 3,
        coverage_today: '0.666666',
        cost_today_usd_text: expect.any(String),
      },
      ...{
        calls_yesterday: 1,
        coverage_yesterday: '1.000000',
        cost_yesterday_usd_text: of?.['cost_usd_text'],
      },
      cost_30d_usd_text: expect.any(String),
    },
    {
      ...{
        org_id: 'globex',
        calls_today: 0,
        coverage_today: null,
        cost_today_usd_text: null,
        calls_yesterday: 1,
      },
      ...{ coverage_yesterday: '0.000000', cost_yesterday_usd_text: null, cost_30d_usd_text: null },
    },
  ]);
});

it('events are counted by when they came, with how late', async () => {
  await closing.accept([callOf('acme', 0, 1), pendingCallOf('acme', 0, 2), stepOf('acme', 0, 3)]);
  await db.query(
    sql`update usage_events set ingested_at = started_at + interval '2 hours' + interval '1 second'`,
  );
  const rows = await read(
    `select time, kind, cost_status, events::int, events_late_1h::int, events_late_1d::int from ingest_15m
     order by kind, cost_status`,
  );
  const time = new Date(day(0) + 7_200_000);
  const late = { events: 1, events_late_1h: 1, events_late_1d: 0 };
  expect(rows).toEqual([
    { time, kind: 'call', cost_status: 'pending', ...late },
    { time, kind: 'call', cost_status: 'priced', ...late },
    { time, kind: 'step', cost_status: null, ...late },
  ]);
});

it('jobs, checks and prices are told', async () => {
  await db.query(sql`
    insert into job_runs (job, started_at, finished_at, outcome, error) values
      ('close', now() - interval '2 hours', now() - interval '1 hour', 'done', null),
      ('close', now() - interval '30 minutes', now() - interval '20 minutes', 'failed', 'why')`);
  await db.query(sql`
    insert into ledger_checks (day, kind, differences, detail, checked_at) values
      ('2026-09-01', 'close', 1, '[{"org_id": "acme", "what": "calls", "expected": "2", "found": "1"}]', now()),
      ('2026-09-02', 'close', 1, '[]', now() - interval '1 hour'), ('2026-09-02', 'close', 0, null, now())`);
  await db.query(sql`
    insert into price_versions (source, source_version, provider, model, match, service_tier, effective_from, certain_from,
      recorded_at, meters, windows, empty, withdrawn) values
      ('override', 'x', 'openai', 'gpt', '[]', 'standard', '-infinity', '-infinity', now(),
       '{"output": {"price": "10", "per": 1000000}, "input_uncached": {"price": "1.25", "per": 1000000,
         "tiers": [{"above": 200000, "price": "2.5"}]}, "image": {"price": "0.04", "per": 1}}', '[]', false, false)`);
  expect(
    await read(`select job, last_outcome, last_error, round(last_duration_ms)::int as ms,
                       round(seconds_since_success)::int as ago from jobs`),
  ).toEqual([{ job: 'close', last_outcome: 'failed', last_error: 'why', ms: 600_000, ago: 3600 }]);
  expect(await read('select days_with_differences::int, differences::int from ledger')).toEqual([
    { days_with_differences: 1, differences: 1 },
  ]);
  expect(await read('select day::text, org_id, what, expected, found from check_differences')).toEqual([
    { day: '2026-09-01', org_id: 'acme', what: 'calls', expected: '2', found: '1' },
  ]);
  expect(await read('select prices, effective_from from price_versions')).toEqual([
    {
      prices: 'image 0.04 each, input_uncached 1.25 per million, 2.5 above 200000, output 10 per million',
      effective_from: null,
    },
  ]);
});

describe('what is written about the views', () => {
  const columnsOf = (): Promise<Row[]> =>
    read(`select c.relname as view, a.attname as column, obj_description(c.oid) as about_view,
                 col_description(c.oid, a.attnum) as about_column
          from pg_class c join pg_attribute a on a.attrelid = c.oid
          where c.relnamespace = 'reporting'::regnamespace and a.attnum > 0 order by c.relname, a.attnum`);

  it('docs/sql.md names every view and column there is, and no other', async () => {
    const text = readFileSync(new URL('../docs/sql.md', import.meta.url), 'utf8');
    const [, views = ''] = text.split('\n## The views\n');
    const named = views
      .split(/^### /m)
      .slice(1)
      .flatMap((section) => {
        const [view = ''] = section.split('\n');
        const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)];
        const listed = /^Columns: [^]*?\.$/m.exec(section)?.[0].replace('`usage_daily`', '') ?? '';
        return [...rows, ...listed.matchAll(/`(\w+)`/g)].map(([, column]) => `${view}.${column}`);
      });
    const there = (await columnsOf()).map((row) => `${String(row['view'])}.${String(row['column'])}`);
    expect(named.sort()).toEqual(there.sort());
  });

  it('the database itself describes each', async () => {
    const columns = await columnsOf();
    expect(columns.length).toBeGreaterThan(300);
    expect(columns.filter((row) => row['about_view'] === null || row['about_column'] === null)).toEqual([]);
  });

  it('no cost stands without what is priced and what is pending', async () => {
    const columns = await columnsOf();
    const of = (view: unknown): unknown[] =>
      columns.filter((row) => row['view'] === view).map((row) => row['column']);
    const withCost = new Set(
      columns.filter((row) => /cost.*_usd$/.test(String(row['column']))).map((row) => row['view']),
    );
    // A single call has its status; what was recovered is priced.
    for (const view of ['calls', 'recovered_calls']) expect(withCost.delete(view)).toBe(true);
    for (const view of withCost) expect(of(view)).toEqual(expect.arrayContaining(['pending_calls']));
    expect(of('calls')).toContain('cost_status');
    expect(withCost.size).toBeGreaterThan(8);
  });

  it('nothing of keys, realm hashes or quarantined items is in any', async () => {
    const names = (await columnsOf()).map((row) => String(row['column']));
    expect(
      names.filter((name) => /secret|sha256|fingerprint|hash|keys|attributes|^item$|message/.test(name)),
    ).toEqual([]);
  });

  it('the role may select the views, and no table', async () => {
    const { rows } = await db.query(sql`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname not like '\\_timescaledb%' and n.nspname not like 'timescaledb\\_%' and n.nspname <> 'reporting'
        and has_table_privilege('tokenledger_reader', c.oid, 'select, insert, update, delete, truncate')`);
    expect(rows).toEqual([]);
    await expect(read('select * from public.api_keys')).rejects.toMatchObject({ code: '42501' });
    await expect(read('insert into reporting.usage_daily_closed (day) values (now())')).rejects.toMatchObject(
      { code: '42501' },
    );
  });
});
