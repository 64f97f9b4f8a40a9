import { Registry } from 'prom-client';
import sql from 'sql-template-tag';
import { openTestDb, silentLogger, truncateAll } from '../../../test/support/database.js';
import type { Db } from '../db/db.js';
import { readBacklog } from './backlog-store.js';
import { createHealthReader } from './health-reader.js';
import { createJobMetrics } from './job-metrics.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const day = (ago: number): Date => new Date(today - ago * DAY_MS);
const times = { closeAfterMs: 3 * DAY_MS, rawRetentionMs: 30 * DAY_MS };

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

async function call(table: 'usage_events' | 'kept_events', at: Date, status: 'priced' | 'pending') {
  const into = table === 'usage_events' ? sql`usage_events` : sql`kept_events`;
  await db.query(sql`
    insert into ${into} (realm, trace_id, span_id, started_at, kind, span_class, name, duration_us, scope_name,
        scope_version, status_error, org_id, usage_quality, detail, failed, cost_status, cost_reason, cost_usd)
      values ('team', gen_random_uuid()::text, 's', ${at}, 'call', 'call', 'chat', 1, 'x', '1', false, 'acme', 'exact', 1,
        false, ${status}, ${status === 'pending' ? 'no_price' : null}, ${status === 'priced' ? '1' : null}::numeric)`);
}
const closedDay = (at: Date, pending: number) =>
  db.query(sql`
    insert into usage_daily (day, org_id, calls, priced_calls, pending_calls, failed_calls, written_off_calls,
        inexact_calls, error_calls)
      values (${at.toISOString().slice(0, 10)}, 'acme', ${pending}, 0, ${pending}, 0, 0, 0, 0)`);
const adjustment = (at: Date, pending: number) =>
  db.query(sql`
    insert into ledger_adjustments (bucket, org_id, reason, below_floor, calls, priced_calls, pending_calls, failed_calls,
        written_off_calls, inexact_calls, error_calls)
      values (${at}, 'acme', 'repriced', false, 0, ${-pending}, ${pending}, 0, 0, 0, 0)`);
const marks = (rawFloor: Date, closedBefore: Date) =>
  db.query(sql`
    update ledger_state set raw_floor = ${rawFloor}, written_before = ${closedBefore}, closed_before = ${closedBefore}`);

it('of an empty database is nothing, and its coverage unknown', async () => {
  expect(await readBacklog(db, times)).toEqual({
    pendingCalls: 0,
    oldestPendingAt: null,
    unsettledRequests: 0,
    daysToClose: 0,
    daysToRetire: 0,
    oldestRawDay: null,
    differences: { refresh: 0, close: 0, retire: 0 },
    daysWithDifferences: 0,
    pricedCalls24h: 0,
    pendingCalls24h: 0,
  });
});

it('counts each pending call once: open days, closed days with their adjustments, retired days', async () => {
  await marks(day(20), day(4));
  const open = new Date(day(2).getTime() + HOUR_MS);
  await call('usage_events', open, 'pending');
  await call('usage_events', open, 'priced');
  expect((await readBacklog(db, times)).oldestPendingAt).toEqual(open);
  // A closed day's raw rows are not looked at: its totals and their adjustments tell.
  await call('usage_events', new Date(day(6).getTime() + HOUR_MS), 'pending');
  await closedDay(day(6), 3);
  await adjustment(new Date(day(6).getTime() + HOUR_MS), -2);
  await closedDay(day(9), 4);
  await adjustment(new Date(day(9).getTime() + HOUR_MS), -4);
  const closed = await readBacklog(db, times);
  expect([closed.pendingCalls, closed.oldestPendingAt]).toEqual([2, day(6)]);
  // A retired day's totals are not: its pending calls were kept.
  await closedDay(day(40), 5);
  await call('kept_events', new Date(day(40).getTime() + HOUR_MS), 'pending');
  await call('kept_events', new Date(day(41).getTime() + HOUR_MS), 'priced');
  const all = await readBacklog(db, times);
  expect([all.pendingCalls, all.oldestPendingAt]).toEqual([3, new Date(day(40).getTime() + HOUR_MS)]);
});

it('counts the days that close and retire have before them', async () => {
  await call('usage_events', day(40), 'priced');
  await call('usage_events', day(0), 'priced');
  expect(await readBacklog(db, times)).toMatchObject({
    daysToClose: 37,
    daysToRetire: 10,
    oldestRawDay: day(40),
  });
  await marks(day(35), day(10));
  expect(await readBacklog(db, times)).toMatchObject({ daysToClose: 7, daysToRetire: 5 });
  await marks(day(30), day(3));
  expect(await readBacklog(db, times)).toMatchObject({ daysToClose: 0, daysToRetire: 0 });
});

it('has nothing to close while nothing new comes in', async () => {
  await call('usage_events', day(40), 'priced');
  await marks(day(70), day(43));
  expect(await readBacklog(db, times)).toMatchObject({ daysToClose: 0, daysToRetire: 0 });
});

it('counts requests that settle has not seen', async () => {
  await db.query(sql`select nextval('request_numbers') from generate_series(1, 5)`);
  expect((await readBacklog(db, times)).unsettledRequests).toBe(5);
  await db.query(sql`update ledger_state set settled_request = 3`);
  expect((await readBacklog(db, times)).unsettledRequests).toBe(2);
});

it('shows the last check of each day and kind, in metrics too', async () => {
  const check = (at: string, on: Date, kind: string, differences: number) =>
    db.query(sql`
      insert into ledger_checks (checked_at, day, kind, differences)
        values (${at}, ${on.toISOString().slice(0, 10)}, ${kind}, ${differences})`);
  await check('2026-01-01T00:00:00Z', day(1), 'refresh', 5);
  await check('2026-01-02T00:00:00Z', day(1), 'refresh', 0);
  await check('2026-01-02T00:00:00Z', day(2), 'refresh', 2);
  await check('2026-01-01T00:00:00Z', day(2), 'close', 0);
  await check('2026-01-02T00:00:00Z', day(2), 'close', 1);
  expect(await readBacklog(db, times)).toMatchObject({
    differences: { refresh: 2, close: 1, retire: 0 },
    daysWithDifferences: 1,
  });

  await call('usage_events', new Date(), 'priced');
  await db.query(sql`
    insert into job_runs (job, started_at, finished_at, outcome) values
      ('settle', '2026-01-01T00:00:00Z', '2026-01-01T00:00:02Z', 'done'),
      ('settle', '2026-01-01T00:01:00Z', '2026-01-01T00:01:05Z', 'failed')`);
  const registry = new Registry();
  const health = createHealthReader({
    db,
    jobNames: ['settle', 'close'],
    logger: silentLogger,
    clock: Date.now,
    patienceMs: 60_000,
    ...times,
  });
  createJobMetrics({ registry, engine: db.engine, health });
  const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  expect(lines).toEqual(
    expect.arrayContaining([
      'tokenledger_database_up 1',
      'tokenledger_conservation_differences{kind="refresh"} 2',
      'tokenledger_conservation_differences{kind="retire"} 0',
      'tokenledger_conservation_days_with_differences 1',
      'tokenledger_coverage_ratio 1',
      'tokenledger_pending_calls 0',
      `tokenledger_job_last_success_timestamp_seconds{job="settle"} ${Date.UTC(2026, 0, 1, 0, 0, 2) / 1000}`,
      'tokenledger_job_last_duration_seconds{job="settle"} 5',
      'tokenledger_job_last_run_failed{job="settle"} 1',
    ]),
  );
  // Nothing is pending, and close has never run: no date is better than a wrong one.
  expect(lines.filter((line) => /oldest_pending|job="close"/.test(line))).toEqual([]);
});
