import sql from 'sql-template-tag';
import {
  callOf,
  closingOf,
  day,
  LATER_BOOK,
  ledgerTotals,
  pendingCallOf,
  quarterTotals,
  stepOf,
  storedRows,
  totalsOf,
  type Closing,
} from '../../../test/support/closing.js';
import { openTestDb } from '../../../test/support/database.js';
import { tokens } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import { settledRow } from '../event-store/settle-and-price.js';
import { conservation } from './check-store.js';

let db: Db;
let closing: Closing;
/** Day 0 is compressed a week after it was closed; day 1 is not yet. */
beforeAll(async () => {
  db = await openTestDb();
  closing = closingOf(db);
  const calls = [0, 1].flatMap((number) =>
    Array.from({ length: 50 }, (_, at) => callOf(`org${at % 3}`, number, at)),
  );
  await closing.accept([...calls, pendingCallOf('acme', 0, 1), pendingCallOf('acme', 0, 2)]);
  await closing.accept([stepOf('witness', 30, 3_600)]);
  await closing.close(day(10));
});
afterAll(() => db.close());

const compressed = async (): Promise<unknown> =>
  (
    await db.query(sql`
      select to_char(range_start, 'YYYY-MM-DD') as day from timescaledb_information.chunks
      where hypertable_name = 'usage_events' and is_compressed order by 1`)
  ).rows.map((row) => row['day']);
const written = async () => (await ledgerTotals(db)).filter((total) => total.startsWith('2026-09-01'));
const stored = async () => totalsOf((await storedRows(db)).filter(({ event }) => event.startedAt < day(1)));

it('compresses a day a week after it was closed, once', async () => {
  expect(await closing.compress()).toEqual({ compressed: 1 });
  expect(await closing.compress()).toBeNull();
  expect(await compressed()).toEqual(['2026-09-01']);
  expect(await written()).toEqual(await stored());
});

it('takes late events, resends, richer resends and prices of a compressed day', async () => {
  expect(await closing.accept([callOf('late', 0, 70_000)])).toEqual({ written: 1, late: 0 });
  expect(await closing.accept([callOf('org1', 0, 1), callOf('late', 0, 70_000)])).toEqual({
    written: 0,
    late: 0,
  });
  const richer = callOf('org1', 0, 1, { detail: 9_000, usage: tokens(5, 5) });
  expect(await closing.accept([richer, callOf('org2', 0, 2)])).toEqual({ written: 1, late: 0 });
  const pending = (await storedRows(db)).filter(({ cost }) => cost.status === 'pending');
  const changes = pending.map((before) => ({
    before,
    after: settledRow(before.event, before.settlement, LATER_BOOK),
  }));
  const { changed } = await closing.store.changeDay(changes, { part: 'settled', reason: 'repriced' });
  expect(changed).toBe(2);
  expect(await written()).toEqual(await stored());
  expect(await written()).toContainEqual(expect.stringMatching(/acme: 2 calls, 0 pending/));
  await closing.check();
  expect(await conservation(db)).toBe(0);
});

it('retires a compressed day', async () => {
  const totals = await written();
  expect(await closing.retire(day(10))).toMatchObject({ blocked: null });
  expect(await written()).toEqual(totals);
  expect((await quarterTotals(db)).filter((total) => total.startsWith('2026-09-01'))).toEqual(totals);
  expect((await storedRows(db)).filter(({ event }) => event.startedAt < day(1))).toEqual([]);
});
