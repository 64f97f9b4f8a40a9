import sql from 'sql-template-tag';
import { callOf, closingOf, day, ledgerTotals, stepOf } from '../../../test/support/closing.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import type { Db } from '../db/db.js';
import { deleteOldRuns, deleteQuarantined, dropAggregates, forgetKeys } from './retire-store.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(() => truncateAll(db));

const texts = async (statement: ReturnType<typeof sql>): Promise<unknown[]> =>
  (await db.query<{ text: string }>(statement)).rows.map(({ text }) => text);

it('drops what the aggregates hold below the raw floor, refreshes it never again, and keeps the ledger', async () => {
  const closing = closingOf(db);
  // A chunk of an aggregate is ten days wide.
  await closing.accept([callOf('acme', 0, 1), callOf('acme', 28, 1), stepOf('witness', 40, 3_600)]);
  await closing.close(day(40));
  await closing.retire(day(40));
  const ledger = await ledgerTotals(db);
  expect(ledger).toHaveLength(2);
  await dropAggregates(db, day(20));
  await closing.refresher.refresh();
  const buckets = await texts(
    sql`select distinct to_char(bucket, 'MM-DD') as text from usage_15m order by 1`,
  );
  expect(buckets).toEqual(['09-29']);
  expect(await texts(sql`select distinct to_char(bucket, 'MM-DD') as text from usage_1d order by 1`)).toEqual(
    ['09-29'],
  );
  expect(await ledgerTotals(db)).toEqual(ledger);
});

it('drops no aggregate of raw events that are still there', async () => {
  const closing = closingOf(db);
  await closing.accept([callOf('acme', 0, 1)]);
  await closing.refresher.refresh();
  await dropAggregates(db, day(400));
  const floors = await texts(sql`select (aggregate_floor = raw_floor)::text as text from ledger_state`);
  expect(floors).toEqual(['true']);
  expect(await texts(sql`select sum(calls)::text as text from usage_15m`)).toEqual(['1']);
});

it('forgets keys of days so old that their events are refused', async () => {
  await db.query(
    sql`insert into retired_keys (day, keys) values ('2026-09-01', '{1,2}'), ('2026-09-02', '{3}')`,
  );
  await forgetKeys(db, day(1));
  expect(await texts(sql`select to_char(day, 'MM-DD') as text from retired_keys`)).toEqual(['09-02']);
});

it('lets go of quarantined items that were not seen again', async () => {
  await db.query(sql`
    insert into quarantine (last_seen_at, realm, source, reason, message, replayable, fingerprint)
    values (${new Date(day(0))}, 'team', 'json', 'too_old', 'old', true, 'a'),
           (${new Date(day(2))}, 'team', 'json', 'too_old', 'seen lately', true, 'b')`);
  expect(await deleteQuarantined(db, day(1))).toBe(1);
  expect(await texts(sql`select message as text from quarantine`)).toEqual(['seen lately']);
});

it('keeps the last run of each job and its last success, however old', async () => {
  await db.query(sql`
    insert into job_runs (job, started_at, outcome) values
      ('close', now() - interval '90 days', 'done'), ('close', now() - interval '80 days', 'done'),
      ('close', now() - interval '70 days', 'failed'), ('close', now() - interval '60 days', 'failed'),
      ('settle', now() - interval '90 days', 'done'), ('settle', now() - interval '1 day', 'done')`);
  await deleteOldRuns(db);
  const left = sql`
    select job || ' ' || outcome || ' ' || extract(day from now() - started_at)::int as text
    from job_runs order by started_at`;
  expect(await texts(left)).toEqual(['close done 80', 'close failed 60', 'settle done 1']);
});
