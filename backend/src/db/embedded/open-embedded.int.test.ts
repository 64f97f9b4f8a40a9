import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import sql from 'sql-template-tag';
import { silentLogger } from '../../../../test/support/database.js';
import { isRetryable } from '../is-retryable.js';
import { openEmbedded, type EmbeddedDb } from './open-embedded.js';

const IDLE_MS = 1_000;

let db: EmbeddedDb;
beforeAll(async () => {
  db = await openEmbedded({ dataDir: null, logger: silentLogger, idleInTransactionMs: IDLE_MS });
});
afterAll(() => db.close());
beforeEach(() => db.withConnection((c) => c.script('drop table if exists t; create table t (who text)')));

/** Runs `work` with two connections of their own, which may be broken by it. */
async function withTwo(work: (a: pg.PoolClient, b: pg.PoolClient) => Promise<void>): Promise<void> {
  const clients = [await db.pool.connect(), await db.pool.connect()] as const;
  for (const client of clients) client.on('error', () => undefined);
  try {
    await work(...clients);
  } finally {
    for (const client of clients) client.release(true);
  }
}

const names = async (): Promise<unknown[]> =>
  (await db.query(sql`select who from t order by who`)).rows.map((r) => r.who);

describe('transactions of two connections', () => {
  it.each([
    ['begin', ''],
    ['start transaction', ''],
    ['begin', 'savepoint s; rollback to s'],
    ['begin isolation level serializable', 'select 1'],
  ])('after "%s" and "%s" nobody sees uncommitted rows or joins them', (begin, then) =>
    withTwo(async (a, b) => {
      await a.query(begin);
      await a.query("insert into t values ('a')");
      if (then) await a.query(then);
      const seen = b.query<{ n: number }>('select count(*)::int as n from t');
      const written = b.query("insert into t values ('b')");
      await a.query('rollback');
      expect((await seen).rows).toEqual([{ n: 0 }]);
      await written;
      expect(await names()).toEqual(['b']);
    }),
  );

  it('an error keeps its code, fails the rest of its transaction only', () =>
    withTwo(async (a, b) => {
      await a.query('begin');
      await expect(a.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
      await expect(a.query('select 1')).rejects.toMatchObject({ code: '25P02' });
      await a.query('rollback');
      expect((await b.query('select $1::int as v', [5])).rows).toEqual([{ v: 5 }]);
    }));

  it('a connection that goes away in its transaction is rolled back', () =>
    withTwo(async (a) => {
      await a.query('begin');
      await a.query("insert into t values ('lost')");
      a.release(true);
      a.release = () => undefined;
      expect(await names()).toEqual([]);
    }));

  it('four connections at once each get their own answers', async () => {
    const asked = Array.from({ length: 400 }, (_, i) => i);
    const answers = await Promise.all(
      asked.map(
        async (i) =>
          (await db.query<{ v: number }>(sql`select ${i}::int as v, ${'x'.repeat(i * 50)} as w`)).rows[0]?.v,
      ),
    );
    expect(answers).toEqual(asked);
  });
});

describe('one session behind many connections', () => {
  it('lets two connections use the same statement name', () =>
    withTwo(async (a, b) => {
      const one = { name: 'same', text: 'select $1::int as v' };
      const other = { name: 'same', text: 'select $1::text as v' };
      expect((await a.query(one, [1])).rows).toEqual([{ v: 1 }]);
      expect((await b.query(other, ['x'])).rows).toEqual([{ v: 'x' }]);
      expect((await a.query(one, [7])).rows).toEqual([{ v: 7 }]);
    }));

  it('forgets the statements of a connection that has gone', async () => {
    await withTwo(async (a) => {
      await a.query({ name: 'kept', text: 'select $1::int as v' }, [1]);
      expect((await db.query(sql`select count(*)::int as n from pg_prepared_statements`)).rows).toEqual([
        { n: 1 },
      ]);
    });
    expect((await db.query(sql`select count(*)::int as n from pg_prepared_statements`)).rows).toEqual([
      { n: 0 },
    ]);
  });

  it('routes notifications to the connection that listens', () =>
    withTwo(async (a, b) => {
      const strays: unknown[] = [];
      b.on('notification', (message) => strays.push(message));
      const heard = new Promise((resolve) => a.once('notification', resolve));
      await a.query('listen prices');
      await b.query("notify prices, 'changed'");
      expect(await heard).toMatchObject({ channel: 'prices', payload: 'changed' });
      expect(strays).toEqual([]);
    }));

  it('takes a parameter of 5 MB', async () => {
    const { rows } = await db.query(sql`select length(${'x'.repeat(5_000_000)}::text) as n`);
    expect(rows).toEqual([{ n: 5_000_000 }]);
  });

  it('refuses COPY FROM STDIN before it reaches the engine', async () => {
    await expect(db.withConnection((c) => c.script('/* all */ copy t from stdin'))).rejects.toMatchObject({
      code: '0A000',
    });
    expect(await names()).toEqual([]);
  });
});

describe('a transaction left open', () => {
  it('is rolled back after the timeout, and everybody else goes on', async () => {
    const forgotten = db.transaction(async (tx) => {
      await tx.query(sql`insert into t values ('forgotten')`);
      await sleep(IDLE_MS * 3);
      await tx.query(sql`insert into t values ('too late')`);
    });
    const outcome = forgotten.catch((error: unknown) => error);
    expect(await names()).toEqual([]);
    const error = await outcome;
    expect(error).toMatchObject({
      code: '25P03',
      message: expect.stringContaining('idle for more than 1000 ms'),
    });
    expect(isRetryable(error)).toBe(true);
    expect(await names()).toEqual([]);
  });

  it('that waits for the pool itself ends too', async () => {
    const nested = db.transaction(async (tx) => {
      await tx.query(sql`insert into t values ('outer')`);
      await db.query(sql`insert into t values ('inner')`);
      await tx.query(sql`select 1`);
    });
    await expect(nested).rejects.toMatchObject({ code: '25P03' });
    expect(await names()).toEqual(['inner']);
  });
});

describe('frames that end on a multiple of 8192 bytes', () => {
  // Parse, Bind, Describe, Execute and Sync of one query with a text parameter, as pg sends them.
  const text = 'select length($1::text) as n';
  const parse = 5 + 1 + text.length + 1 + 2;
  const bind = 5 + 2 + 2 + 2 + 2 + 4 + 2 + 2;
  const describeFrame = 7;
  const execute = 5 + 1 + 4;
  const ends = {
    bind: 0,
    describe: describeFrame,
    execute: describeFrame + execute,
    sync: describeFrame + execute + 5,
  };
  const cases = [8192, 16384, 65536, 401408].flatMap((boundary) =>
    Object.entries(ends).flatMap(([after, extra]) =>
      [-1, 0, 1].map((near) => ({ boundary, after, near, length: boundary + near - parse - bind - extra })),
    ),
  );

  it.each(cases)('$boundary after $after $near', async ({ length }) => {
    const { rows } = await db.pool.query(text, ['x'.repeat(length)]);
    expect(rows).toEqual([{ n: length }]);
  });
});

it('an engine in memory that died says that its data is gone', async () => {
  const lost = await openEmbedded({ dataDir: null, logger: silentLogger });
  try {
    await lost.crash();
    await expect(lost.query(sql`select 1`)).rejects.toMatchObject({ code: '57P02' });
    await expect(lost.query(sql`select 1`)).rejects.toMatchObject({
      code: '58000',
      message: expect.stringContaining('its data is gone'),
    });
  } finally {
    await lost.close();
  }
});
