import sql from 'sql-template-tag';
import {
  callOf,
  closingOf,
  day,
  pendingCallOf,
  stepOf,
  type Closing,
} from '../../../test/support/closing.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import type { Db } from '../db/db.js';
import { checkDay } from './check.js';
import { conservation, daysToCheck, noteChecked } from './check-store.js';

let db: Db;
let closing: Closing;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(async () => {
  await truncateAll(db);
  closing = closingOf(db);
  await closing.accept([
    callOf('acme', 0, 1),
    pendingCallOf('acme', 0, 2),
    stepOf('acme', 0, 3),
    callOf('b', 1, 1),
  ]);
  await closing.refresher.refresh();
});

const check = (number: number) => checkDay(db, day(number), 'refresh', closing.refresher.refresh);
const checks = async () =>
  (
    await db.query(
      sql`select to_char(day, 'YYYY-MM-DD') as day, differences, detail from ledger_checks order by id`,
    )
  ).rows;

describe('a day', () => {
  it('that adds up is proved, and only the last proof stays', async () => {
    expect([await check(0), await check(0)]).toEqual(['equal', 'equal']);
    expect(await checks()).toEqual([{ day: '2026-09-01', differences: 0, detail: null }]);
  });

  it('whose aggregate does not follow is a difference, told once as long as it stays, and never repaired', async () => {
    await closing.accept([callOf('acme', 0, 40)]);
    const unrefreshed = () => checkDay(db, day(0), 'refresh', () => Promise.resolve());
    expect([await unrefreshed(), await unrefreshed()]).toEqual(['different', 'different']);
    const [first, ...more] = await checks();
    expect(more).toEqual([]);
    expect(first?.['detail']).toContainEqual({
      ...{ org_id: 'acme', what: 'usage_15m.calls', expected: '3', found: '2' },
    });
    expect(await conservation(db)).toBe(1);
  });

  it('that a refresh brings up to date has no difference', async () => {
    await closing.accept([callOf('acme', 0, 40)]);
    expect(await check(0)).toBe('equal');
  });

  it('whose calls come in between every refresh and look is not judged', async () => {
    let at = 100;
    const verdict = await checkDay(db, day(0), 'refresh', async () => {
      at += 1;
      await closing.accept([callOf('acme', 0, at)]);
    });
    expect(verdict).toBe('equal');
    await closing.accept([callOf('acme', 0, 50)]);
    expect(
      await checkDay(db, day(0), 'refresh', async () => {
        at += 1;
        await closing.accept([callOf('acme', 0, at)]);
      }),
    ).toBe('changing');
  });

  it('whose ledger or meters were changed past the event store is a difference', async () => {
    await closing.accept([stepOf('witness', 20, 3_600)]);
    await closing.close(day(5));
    expect(await conservation(db)).toBe(0);
    await db.query(sql`update usage_daily_meters set cost_usd = cost_usd + 0.000000000000000001 where org_id = 'b'
                       and meter = 'output'`);
    expect([await check(0), await check(1)]).toEqual(['equal', 'different']);
    await db.query(sql`update usage_daily set pending_calls = 0 where org_id = 'acme'`);
    expect(await check(0)).toBe('different');
    expect(await conservation(db)).toBe(2);
  });
});

describe('the days of the minute', () => {
  it('are those of requests since the last check, and each other day in its turn', async () => {
    await closing.accept([callOf('acme', 2, 1), callOf('acme', 3, 1)]);
    const first = await daysToCheck(db);
    expect(first.days).toEqual([0, 1, 2, 3].map(day));
    await noteChecked(db, first.upTo);
    await closing.accept([callOf('acme', 3, 2)]);
    await check(0);
    expect((await daysToCheck(db)).days).toEqual([day(1), day(3)]);
    await closing.check();
    expect((await daysToCheck(db)).days).toEqual([day(2)]);
  });
});
