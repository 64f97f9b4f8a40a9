import sql from 'sql-template-tag';
import {
  BOOK,
  callOf,
  closingOf,
  day,
  LATER_BOOK,
  ledgerTotals,
  meterCost,
  pendingCallOf,
  quarterTotals,
  stepOf,
  storedRows,
  totalsOf,
  type Closing,
} from '../../../test/support/closing.js';
import { dyingDb, Killed } from '../../../test/support/dying-db.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { deliver } from '../../../test/support/deliver.js';
import { owned, tokens } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import { settledRow } from '../event-store/settle-and-price.js';
import type { UsageEvent } from '../ledger/event.js';
import { EVENT_COLUMNS } from '../event-store/retiring-store.js';
import { conservation } from './check-store.js';
import { raiseRawFloor } from './retire-store.js';

let db: Db;
let closing: Closing;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(async () => {
  await truncateAll(db);
  closing = closingOf(db);
});

/** Day 6: days 0 to 3 are closed, and day 0 is older than the retention of five days. */
const NOW = day(6);
const EVENTS = [
  ...[callOf('acme', 0, 1), pendingCallOf('acme', 0, 2), callOf('other', 0, 3), stepOf('acme', 0, 3)],
  ...[callOf('acme', 1, 1), pendingCallOf('other', 1, 2)],
];
const before = (number: number, totals: readonly string[]): readonly string[] =>
  totals.filter((total) => total < new Date(day(number)).toISOString().slice(0, 10));
const count = async (table: 'usage_events' | 'kept_events' | 'retired_keys' | 'ledger_adjustments') => {
  const tables = {
    usage_events: sql`select count(*)::int as n from usage_events`,
    kept_events: sql`select count(*)::int as n from kept_events`,
    retired_keys: sql`select count(*)::int as n from retired_keys`,
    ledger_adjustments: sql`select count(*)::int as n from ledger_adjustments`,
  };
  return (await db.query<{ n: number }>(tables[table])).rows[0]?.n;
};
const retired = async (): Promise<unknown> =>
  (
    await db.query(
      sql`select to_char(day, 'YYYY-MM-DD') as day from ledger_days where retired_at is not null order by 1`,
    )
  ).rows.map((row) => row['day']);

/** Days 0 and 1 with events, closed; returns what all calls come to. */
async function closedDays(): Promise<readonly string[]> {
  await closing.accept(EVENTS);
  await closing.accept([stepOf('witness', 20, 3_600)]);
  await closing.close(NOW);
  return before(2, totalsOf(await storedRows(db)));
}

describe('retiring', () => {
  it('drops the raw events of old days; ledger, aggregate, pending calls and keys stay', async () => {
    const totals = await closedDays();
    const meters = await meterCost(db);
    expect(await closing.retire(NOW)).toMatchObject({ retired: 1, blocked: null });
    expect(await retired()).toEqual(['2026-09-01']);
    expect(await ledgerTotals(db)).toEqual(totals);
    expect(await quarterTotals(db)).toEqual(totals);
    expect(await meterCost(db)).toBe(meters);
    const rows = await storedRows(db);
    expect(
      rows.filter(({ event }) => event.startedAt < day(1)).map(({ place, event }) => [place, event.traceId]),
    ).toEqual([['kept', 'acme-0-2']]);
    expect((await db.query(sql`select cardinality(keys) as n from retired_keys`)).rows).toEqual([{ n: 3 }]);
    expect(await conservation(db)).toBe(0);
  });

  it('prices a pending call whose day is gone, and the ledger follows', async () => {
    await closedDays();
    await closing.retire(NOW);
    const [kept] = (await storedRows(db)).filter(({ place }) => place === 'kept');
    if (!kept) throw new Error('the pending call is not kept');
    const after = settledRow(kept.event, kept.settlement, LATER_BOOK);
    const change = { before: kept, after };
    await closing.store.changeDay([change], { part: 'settled', reason: 'repriced' });
    const priced = totalsOf([after])[0]?.split(', ')[2];
    expect(priced).not.toBe('0');
    const acme = (await ledgerTotals(db)).find((total) => total.startsWith('2026-09-01 acme'));
    const first = totalsOf(
      [...EVENTS.slice(0, 1)].map((event) => settledRow(event, kept.settlement, LATER_BOOK)),
    );
    expect(first).toHaveLength(1);
    expect(acme).toMatch(/2 calls, 0 pending/);
    expect(await quarterTotals(db)).toEqual(await ledgerTotals(db));
  });

  it('knows resends for ever and takes late events, whatever else is refreshed later', async () => {
    const totals = await closedDays();
    await closing.retire(NOW);
    expect(await closing.accept(EVENTS.slice(0, 3))).toEqual({ written: 0, late: 0 });
    expect(await ledgerTotals(db)).toEqual(totals);
    const late = callOf('acme', 0, 900);
    expect(await closing.accept([late])).toEqual({ written: 1, late: 1 });
    expect(await closing.accept([late])).toEqual({ written: 0, late: 0 });
    await closing.refresher.refresh();
    await closing.close(NOW);
    await closing.retire(NOW);
    await closing.refresher.refresh();
    const [acme, ...others] = await ledgerTotals(db);
    expect(acme).toMatch(/^2026-09-01 acme: 3 calls, 1 pending/);
    expect(others).toEqual(totals.slice(1));
    expect(await quarterTotals(db)).toEqual([acme, ...others]);
    expect(await count('kept_events')).toBe(2);
  });

  it('keeps what reaches raw late until it is closed, checked and refreshed itself', async () => {
    await closedDays();
    await closing.retire(NOW);
    // Day 4 is open, day 1 is closed and not retired: both late events go to raw.
    await closing.accept([callOf('acme', 1, 77), callOf('acme', 4, 77)]);
    await closing.close(day(7));
    await closing.retire(day(7));
    expect(await retired()).toEqual(['2026-09-01', '2026-09-02']);
    const [, , acme] = await ledgerTotals(db);
    expect(acme).toMatch(/^2026-09-02 acme: 2 calls/);
    expect(before(3, await quarterTotals(db))).toEqual(before(3, await ledgerTotals(db)));
  });

  it('does not retire a day that does not add up, and says so', async () => {
    await closedDays();
    await db.query(
      sql`update usage_daily set cost_usd = cost_usd + 0.000000000000000001 where org_id = 'other'`,
    );
    expect(await closing.retire(NOW)).toMatchObject({ retired: 0, blocked: '2026-09-01' });
    expect(await count('usage_events')).toBe(EVENTS.length + 1);
    expect(await conservation(db)).toBe(1);
    const { rows } = await db.query(
      sql`select detail from ledger_checks where kind = 'retire' and differences > 0`,
    );
    expect(rows[0]?.['detail']).toMatchObject([
      { org_id: 'other', what: 'ledger.cost_usd' },
      { what: 'usage_daily_meters.cost_usd' },
    ]);
  });

  it('retires nothing because of a clock that jumped a year', async () => {
    await closedDays();
    expect(await closing.retire(day(365))).toMatchObject({ retired: 1 });
    expect(await retired()).toEqual(['2026-09-01']);
  });

  it('lets settled kept events go when they are old, and still knows them', async () => {
    await closedDays();
    await closing.retire(NOW);
    await closing.accept([callOf('acme', 0, 900), stepOf('acme', 0, 901)]);
    await db.query(
      sql`update kept_events set kept_at = ${new Date(day(0))}, ingested_at = ${new Date(day(0))}`,
    );
    expect(await closing.retire(NOW)).toMatchObject({ released: 2 });
    expect(
      (await storedRows(db)).filter(({ place }) => place === 'kept').map(({ event }) => event.traceId),
    ).toEqual(['acme-0-2']);
    expect(await closing.accept([callOf('acme', 0, 900)])).toEqual({ written: 0, late: 0 });
  });

  it('copies every column of a pending call', async () => {
    const { rows } = await db.query<{ name: string }>(sql`
      select column_name as name from information_schema.columns where table_name = 'usage_events'`);
    expect([...EVENT_COLUMNS].sort()).toEqual(rows.map(({ name }) => name).sort());
  });
});

describe('events that settle has not seen', () => {
  const send = (event: UsageEvent) => deliver(closing.store, [event], BOOK);

  it.each([
    ['of the day', callOf('acme', 2, 9)],
    ['of the day after it', stepOf('acme', 3, 9)],
    ['of the day before it, which is retired', stepOf('acme', 1, 9)],
  ])('hold a day above the floor: one %s', async (_, event) => {
    await closedDays();
    await raiseRawFloor(db, day(1));
    await send(event);
    expect(await raiseRawFloor(db, day(2))).toBe(false);
    await closing.settle();
    expect(await raiseRawFloor(db, day(2))).toBe(true);
  });

  it('do not hold a day further away', async () => {
    await closedDays();
    await raiseRawFloor(db, day(1));
    await send(callOf('acme', 0, 9));
    await send(callOf('acme', 4, 0));
    expect(await raiseRawFloor(db, day(2))).toBe(true);
  });

  it('leave their day where it is while settle does not come to them', async () => {
    await closedDays();
    await send(stepOf('acme', 0, 9));
    const idle = { run: () => Promise.resolve(null) };
    expect(await closing.retire(NOW, idle)).toMatchObject({ retired: 0, blocked: '2026-09-01' });
    expect(await closing.retire(NOW)).toMatchObject({ retired: 1, blocked: null });
  });

  it('give a call its organisation before its day is retired', async () => {
    const nobody = { own: owned({}), traceId: 'over-midnight' };
    await closing.accept([callOf('acme', 1, 2, { ...nobody, parentSpanId: '2' })]);
    await closedDays();
    await closing.retire(NOW);
    await send({ ...stepOf('acme', 0, 86_398), traceId: nobody.traceId });
    await closing.close(day(7));
    expect(await closing.retire(day(7))).toMatchObject({ retired: 1, blocked: null });
    const totals = before(2, await ledgerTotals(db));
    expect(totals.slice(2)).toEqual([
      expect.stringMatching(/^2026-09-02 acme: 2 calls/),
      expect.stringMatching(/^2026-09-02 other: 1 calls/),
    ]);
    expect(before(2, await quarterTotals(db))).toEqual(totals);
    expect(await conservation(db)).toBe(0);
  });

  it('find the call they repeat before its day is retired', async () => {
    const first = callOf('acme', 0, 86_399, { durationUs: 3_000_000 });
    await closing.accept([first]);
    await closedDays();
    await send({
      ...first,
      ...{ spanId: 'copy', scopeName: 'scope-b', traceId: 'copy', detail: 1 },
      ...{ startedAt: day(1), durationUs: 1_000_000 },
    });
    await closing.retire(NOW);
    await closing.settle();
    const totals = before(2, await ledgerTotals(db));
    expect(totals).toEqual([
      expect.stringMatching(/^2026-09-01 acme: 3 calls/),
      expect.stringMatching(/^2026-09-01 other: 1 calls/),
      expect.stringMatching(/^2026-09-02 acme: 1 calls/),
      expect.stringMatching(/^2026-09-02 other: 1 calls/),
    ]);
    expect(await retired()).toEqual(['2026-09-01']);
  });
});

describe('events of a day between its floor and its flush', () => {
  it('are known as resends, richer ones reach pending calls, and new ones are late', async () => {
    const totals = await closedDays();
    await raiseRawFloor(db, day(0));
    expect(await closing.accept(EVENTS.slice(0, 3))).toEqual({ written: 0, late: 0 });
    expect(await ledgerTotals(db)).toEqual(totals);
    const richer = callOf('acme', 0, 2, { detail: 9_000, usage: tokens(7, 7) });
    expect(await closing.accept([richer, callOf('new', 0, 5)])).toEqual({ written: 2, late: 2 });
    await closing.retire(NOW);
    expect(await retired()).toEqual(['2026-09-01']);
    expect(before(1, await ledgerTotals(db))).toEqual([
      expect.stringMatching(/acme: 2 calls, 0 pending/),
      expect.stringMatching(/new: 1 calls, 0 pending/),
      totals[1],
    ]);
    expect(await quarterTotals(db)).toEqual(await ledgerTotals(db));
    expect(await count('kept_events')).toBe(2);
    expect(await conservation(db)).toBe(0);
  });
});

// Some forty retirements, each over a database of its own.
const MANY_RUNS_MS = 600_000;

describe('a retirement that is killed before any of its statements', () => {
  it(
    'is finished by the next one: nothing lost, nothing doubled, no history destroyed',
    async () => {
      let finished = false;
      let limit = 0;
      for (; !finished; limit += 1) {
        await truncateAll(db);
        closing = closingOf(db);
        const totals = await closedDays();
        finished = await closingOf(dyingDb(db, limit))
          .retire(NOW)
          .then(
            () => true,
            (error: unknown) => {
              if (error instanceof Killed) return false;
              throw error;
            },
          );
        // The minute's job of another replica, and senders that saw no answer.
        await closing.refresher.refresh();
        await closing.accept([...EVENTS, callOf('new', 0, 9)]);
        await closing.retire(NOW);
        await closing.refresher.refresh();
        const ledger = await ledgerTotals(db);
        expect([limit, ledger.filter((total) => !total.includes(' new: '))]).toEqual([limit, totals]);
        expect([limit, await quarterTotals(db)]).toEqual([limit, ledger]);
        expect([limit, ledger.length]).toEqual([limit, totals.length + 1]);
        expect([limit, await retired()]).toEqual([limit, ['2026-09-01']]);
        const kept = (await storedRows(db)).filter(({ event }) => event.startedAt < day(1));
        expect([limit, kept.map(({ event }) => event.traceId)]).toContainEqual(
          expect.arrayContaining(['acme-0-2']),
        );
        expect([limit, await conservation(db)]).toEqual([limit, 0]);
      }
      expect(limit).toBeGreaterThan(25);
    },
    MANY_RUNS_MS,
  );
});
