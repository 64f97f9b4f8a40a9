import sql from 'sql-template-tag';
import { openTestDb } from '../../../test/support/database.js';
import type { Db, Queryable, Row } from '../db/db.js';
import { AGGREGATES, OF_RAW_EVENTS, PARTS, type Aggregate } from './aggregates.js';
import { createRefresher, createRefreshStep, type Refresher } from './refresh.js';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 12, 5);

let db: Db;
let now: number;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(async () => {
  now = NOW;
  await db.query(sql`truncate usage_events, usage_15m`);
});

const refresher = (trustedForMs: number | null): Refresher =>
  createRefresher({ db, clock: () => now, lateEventsMaxAgeMs: 400 * 24 * HOUR_MS, trustedForMs });

/** Calls of one hour, each in a bucket of its own organisation. */
const write = (hoursAgo: number, count = 1) =>
  db.query(sql`
    insert into usage_events (realm, trace_id, span_id, started_at, kind, span_class, name, duration_us, scope_name,
        scope_version, status_error, org_id, usage_quality, detail, failed, cost_status, cost_usd)
      select 'team', gen_random_uuid()::text, 's', ${new Date(NOW - hoursAgo * HOUR_MS)}, 'call', 'call', 'chat', 1, 'x',
        '1', false, 'org' || i, 'exact', 1, false, 'priced', 1
      from generate_series(1, ${count}::int) i`);

const calls = async (): Promise<unknown> =>
  (await db.query(sql`select coalesce(sum(calls), 0)::int as n from usage_15m`)).rows[0]?.n;

it('shows what it was told of, below the watermark too', async () => {
  const own = refresher(null);
  await write(1);
  await own.ensureFresh();
  await write(2);
  expect(await calls()).toBe(1);
  own.noteWritten(NOW - 2 * HOUR_MS);
  await own.ensureFresh();
  expect(await calls()).toBe(2);
});

it('shows what another process wrote as soon as its last refresh is no longer trusted', async () => {
  const own = refresher(1_000);
  await write(1);
  await own.ensureFresh();
  await write(2);
  await own.ensureFresh();
  expect(await calls()).toBe(1);
  now += 1_001;
  await own.ensureFresh();
  expect(await calls()).toBe(2);
});

it('refreshes quarters while the days above the floor hold no whole day yet', async () => {
  const midnight = new Date(NOW - 12 * HOUR_MS - 5 * 60_000);
  await db.query(sql`
    update ledger_state set raw_floor = ${midnight}, written_before = ${midnight}, closed_before = ${midnight}`);
  await write(1);
  await refresher(null).refresh();
  await write(2);
  await refresher(null).refresh();
  expect(await calls()).toBe(2);
  await db.query(sql`truncate ledger_state`);
  await db.query(sql`insert into ledger_state default values`);
});

it('several processes refresh at once, while one writes', async () => {
  const processes = [1, 2, 3, 4].map(() => refresher(null));
  for (let round = 1; round <= 5; round += 1) {
    for (const day of [0, 1, 2, 3]) await write(1 + 24 * day, 200);
    await Promise.all([...processes.map((process) => process.refresh()), write(30, 200)]);
  }
  await processes[0]?.refresh();
  expect(await calls()).toBe(5 * 5 * 200);
});

describe('the settings of its session', () => {
  interface Settings extends Row {
    readonly time_limit: string;
    readonly whole_tables: string;
  }
  const settings = async (connection: Queryable): Promise<Settings> => {
    const { rows } = await connection.query<Settings>(sql`
      select current_setting('statement_timeout') as time_limit, current_setting('enable_seqscan') as whole_tables`);
    const [row] = rows;
    if (!row) throw new Error('one row');
    return row;
  };

  /** Refreshes once; what holds while each aggregate is refreshed, and after. */
  async function settingsDuringRefresh(): Promise<{ during: Map<unknown, Settings>; after: Settings[] }> {
    const during = new Map<unknown, Settings>();
    const after: Settings[] = [];
    const watched: Pick<Db, 'engine' | 'withConnection'> = {
      engine: db.engine,
      withConnection: (work) =>
        db.withConnection(async (connection) => {
          const result = await work({
            script: connection.script,
            query: async (statement) => {
              if (statement.sql.includes('refresh_continuous_aggregate'))
                during.set(statement.values[0], await settings(connection));
              return connection.query(statement);
            },
          });
          after.push(await settings(connection));
          return result;
        }),
    };
    await write(1);
    const own = createRefresher({
      db: watched,
      clock: () => now,
      lateEventsMaxAgeMs: 400 * 24 * HOUR_MS,
      trustedForMs: null,
    });
    for (const part of PARTS) await own.refresh(part);
    return { during, after };
  }

  it('let it take its time, and leave the time limit as it was', async () => {
    const before = await settings(db);
    const { during, after } = await settingsDuringRefresh();
    expect([...during.keys()].sort()).toEqual([...AGGREGATES].sort());
    for (const held of during.values()) expect(held).toMatchObject({ time_limit: '0' });
    expect(after.length).toBeGreaterThan(0);
    for (const left of after) expect(left).toEqual(before);
  });

  it('make it read aggregates by their buckets, and raw events as ever', async () => {
    const ever = await settings(db);
    const { during } = await settingsDuringRefresh();
    for (const [aggregate, held] of during) {
      const whole_tables = OF_RAW_EVENTS.has(aggregate as Aggregate) ? ever.whole_tables : 'off';
      expect({ aggregate, ...held }).toMatchObject({ aggregate, whole_tables });
    }
  });
});

describe('the latency of calls, which no price changes', () => {
  const MINUTE_MS = 60_000;
  const timed = async (): Promise<unknown> =>
    (
      await db.query(
        sql`select coalesce(sum(calls), 0)::int as n from usage_latency_1d where kind = 'duration'`,
      )
    ).rows[0]?.n;
  beforeEach(async () => {
    await db.query(sql`truncate usage_events, usage_latency_1h, usage_latency_1d`);
    // A call below the watermark: what comes later below it is not seen in real time.
    await write(1);
    for (const part of PARTS) await refresher(null).refresh(part);
  });

  it('follows within five minutes, and loses nothing by the refreshes of the costs before', async () => {
    const own = refresher(null);
    const step = createRefreshStep(own, () => now);
    const context = { signal: new AbortController().signal, forced: false };
    await write(26);
    await step.run(context);
    expect([await calls(), await timed()]).toEqual([2, 2]);
    for (const hoursAgo of [27, 30, 50]) {
      await write(hoursAgo);
      now += MINUTE_MS;
      await step.run(context);
    }
    expect([await calls(), await timed()]).toEqual([5, 2]);
    now += 2 * MINUTE_MS;
    await step.run(context);
    expect(await timed()).toBe(5);
  });

  it('is there for who asks', async () => {
    const own = refresher(null);
    await own.ensureFresh('calls');
    await own.ensureFresh('latency');
    await write(26);
    own.noteWritten(NOW - 26 * HOUR_MS);
    await own.ensureFresh('calls');
    expect([await calls(), await timed()]).toEqual([2, 1]);
    await own.ensureFresh('latency');
    expect(await timed()).toBe(2);
  });

  it('is complete before the raw events of a day go', async () => {
    const own = refresher(null);
    await write(26);
    expect([await calls(), await timed()]).toEqual([1, 1]);
    await own.refreshDay(Math.floor((NOW - 26 * HOUR_MS) / (24 * HOUR_MS)) * 24 * HOUR_MS);
    expect([await calls(), await timed()]).toEqual([2, 2]);
  });
});
