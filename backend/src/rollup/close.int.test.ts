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
  stepOf,
  storedRows,
  totalsOf,
  type Closing,
} from '../../../test/support/closing.js';
import { dyingDb, Killed } from '../../../test/support/dying-db.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { createChance } from '../../../test/support/random.js';
import { tokens } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import { rowKey } from '../event-store/ledger-row.js';
import { settleAndPrice, settledRow } from '../event-store/settle-and-price.js';
import { storedColumns, storedRow } from '../event-store/stored-row.js';
import { formatMoney } from '../ledger/money.js';
import { conservation } from './check-store.js';

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

const HOUR = 3_600;
/** When day `number` is due: it ended two days ago. */
const dueAt = (number: number): number => day(number + 3);
const marks = async () =>
  (
    await db.query<{ closed: number; written: number }>(sql`
      select (extract(epoch from closed_before) * 1000)::float8 as closed,
             (extract(epoch from written_before) * 1000)::float8 as written from ledger_state`)
  ).rows[0];
/** The last event of every test: it lets the guarded clock go so far. */
const witness = (number: number) => closing.accept([stepOf('witness', number, HOUR)]);
const upTo = (number: number, totals: readonly string[]): readonly string[] =>
  totals.filter((total) => total < new Date(day(number)).toISOString().slice(0, 10));

describe('closing', () => {
  it('writes the sums, meters and distinct values of each day that ended long enough ago', async () => {
    await closing.accept([
      ...[callOf('acme', 0, 1), callOf('acme', 0, 2), callOf('other', 0, 4), pendingCallOf('acme', 0, 9)],
      ...[stepOf('acme', 0, 1), callOf('acme', 1, 7), callOf('acme', 2, 1)],
    ]);
    await witness(9);
    await closing.close(dueAt(1) - 1);
    expect(await marks()).toEqual({ closed: day(1), written: day(1) });
    expect(await ledgerTotals(db)).toEqual(upTo(1, totalsOf(await storedRows(db))));
    await closing.close(dueAt(1));
    expect(await marks()).toEqual({ closed: day(2), written: day(2) });
    expect(await ledgerTotals(db)).toEqual(upTo(2, totalsOf(await storedRows(db))));
    expect(
      (
        await db.query(sql`select org_id, conversations::int, users::int from usage_daily_distinct
                          where day = '2026-09-01' order by 1`)
      ).rows,
    ).toEqual([
      { org_id: 'acme', conversations: 3, users: 3 },
      { org_id: 'other', conversations: 1, users: 1 },
    ]);
    expect(
      (
        await db.query(sql`select meter, quantity::int, price_version_ids from usage_daily_meters
                          where day = '2026-09-01' and org_id = 'acme' order by 1`)
      ).rows,
    ).toEqual([
      { meter: 'input_uncached', quantity: 2_003, price_version_ids: '2,1' },
      { meter: 'output', quantity: 100, price_version_ids: '2,1' },
    ]);
    expect(await conservation(db)).toBe(0);
  });

  it('passes over days without events in one run, and a late event into one of them is posted', async () => {
    await closing.accept([callOf('acme', 0, 1)]);
    await witness(30);
    await closing.close(day(25));
    expect(await marks()).toEqual({ closed: day(23), written: day(23) });
    await closing.accept([callOf('acme', 11, 5)]);
    expect(await ledgerTotals(db)).toEqual(upTo(23, totalsOf(await storedRows(db))));
    await closing.check();
    expect(await conservation(db)).toBe(0);
  });

  it('does nothing at a second run, and nothing while nothing is stored', async () => {
    expect(await closing.close(day(9))).toBeNull();
    await closing.accept([callOf('acme', 0, 1)]);
    await witness(9);
    await closing.close(dueAt(0));
    const before = await ledgerTotals(db);
    expect(await closing.close(dueAt(0))).toMatchObject({ closed: 0 });
    expect(await ledgerTotals(db)).toEqual(before);
  });

  it('closes nothing early when a clock jumps a year, whichever it is', async () => {
    await closing.accept([callOf('acme', 0, 1), callOf('acme', 1, 1)]);
    await witness(2);
    await closing.close(day(2));
    await closing.close(day(2 + 365));
    expect(await marks()).toEqual({ closed: day(0), written: day(0) });
    // An event of a sender whose clock jumped with it: one day a run.
    await witness(365);
    await closing.close(day(2 + 365));
    expect(await marks()).toEqual({ closed: day(1), written: day(1) });
  });

  it('an operator lifts both guards', async () => {
    await closing.accept([callOf('acme', 0, 1)]);
    await closing.close(day(100), true);
    expect(await marks()).toEqual({ closed: day(98), written: day(98) });
  });
});

describe('writers beside closing', () => {
  it('change calls of every day meanwhile, and the ledger is the sum over the calls to the last digit', async () => {
    const random = createChance(7);
    await closing.accept(
      [0, 1, 2, 3, 4].flatMap((number) =>
        Array.from({ length: 300 }, (_, index) =>
          index % 4 === 0 ? pendingCallOf('acme', number, index) : callOf(`org${index % 3}`, number, index),
        ),
      ),
    );
    await witness(20);
    let stopped = false;
    let made = 1_000;
    const write = async (): Promise<void> => {
      while (!stopped) {
        const number = random.int(6);
        const choice = random.int(3);
        if (choice === 0) {
          made += 1;
          await closing.accept([callOf('late', number, made), pendingCallOf('acme', number, made)]);
        } else if (choice === 1) {
          const at = 1 + 4 * random.int(70);
          const usage = tokens(5_000 + at, 60);
          await closing.accept([callOf(`org${at % 3}`, number % 5, at, { detail: 5_000 + made, usage })]);
        } else await repriceSome(number);
      }
    };
    const repriceSome = async (number: number): Promise<void> => {
      const { rows } = await db.query(sql`
        select ${storedColumns('e')} from usage_events e where cost_status = 'pending'
          and started_at >= ${new Date(day(number))} and started_at < ${new Date(day(number + 1))} limit 5`);
      await closing.store.changeDay(
        rows
          .map((row) => storedRow(row, 'raw'))
          .map((before) => ({ before, after: settledRow(before.event, before.settlement, LATER_BOOK) })),
        { part: 'settled', reason: 'repriced' },
      );
    };
    const writers = Array.from({ length: db.engine === 'server' ? 6 : 1 }, write);
    try {
      for (let number = 0; number < 6; number += 1) {
        await closing.close(dueAt(number));
      }
      await closing.check();
    } finally {
      stopped = true;
      await Promise.allSettled(writers);
    }
    await Promise.all(writers);
    const stored = await storedRows(db);
    expect(await marks()).toEqual({ closed: day(6), written: day(6) });
    expect(await ledgerTotals(db)).toEqual(upTo(6, totalsOf(stored)));
    const priced = stored.filter(({ event }) => event.startedAt < day(6));
    expect(await meterCost(db)).toBe(
      formatMoney(priced.reduce((sum, { cost }) => sum + (cost.costUsd ?? 0n), 0n)),
    );
    expect(await conservation(db)).toBe(0);
    expect(
      (await db.query(sql`select count(*)::int as n from ledger_adjustments`)).rows[0]?.['n'],
    ).toBeGreaterThan(0);
  });
});

// Some thirty closings, each over a database of its own.
const MANY_RUNS_MS = 600_000;

describe('a closing that is killed before any of its statements', () => {
  it(
    'is finished by the next one, with what was written meanwhile',
    async () => {
      const events = [
        ...[callOf('acme', 1, 1), pendingCallOf('acme', 1, 2), callOf('other', 1, 3)],
        ...[callOf('acme', 0, 1), stepOf('acme', 0, 2)],
      ];
      let finished = false;
      let limit = 0;
      for (; !finished; limit += 1) {
        await truncateAll(db);
        closing = closingOf(db);
        await closing.accept(events);
        await witness(9);
        finished = await closingOf(dyingDb(db, limit))
          .close(dueAt(1))
          .then(
            () => true,
            (error: unknown) => {
              if (error instanceof Killed) return false;
              throw error;
            },
          );
        const late = [callOf('acme', 0, 50), callOf('acme', 1, 51)];
        await closing.accept(late);
        await closing.close(dueAt(1));
        const rows = settleAndPrice([...events, ...late], BOOK);
        expect([limit, await ledgerTotals(db)]).toEqual([limit, upTo(2, totalsOf(rows))]);
        expect([limit, await conservation(db)]).toEqual([limit, 0]);
        expect(await marks()).toEqual({ closed: day(2), written: day(2) });
        expect(new Set((await storedRows(db)).map(rowKey)).size).toBe(rows.length + 1);
      }
      expect(limit).toBeGreaterThan(8);
    },
    MANY_RUNS_MS,
  );
});
