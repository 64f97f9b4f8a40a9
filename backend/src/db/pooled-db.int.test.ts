import sql, { raw } from 'sql-template-tag';
import { openTestDb } from '../../../test/support/database.js';
import type { Db } from './db.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(() =>
  db.withConnection((c) => c.script('drop table if exists t; create table t (v int primary key)')),
);

const count = async (): Promise<unknown> =>
  (await db.query(sql`select count(*)::int as n from t`)).rows[0]?.n;

it('reads numeric, numeric[] and int8 without a float', async () => {
  const { rows } = await db.query(sql`
    select '12345678901234567890.000000000000000001'::numeric as one, 9007199254740993::int8 as big,
           array['-12345678901234567890.5', null, '0.000000000000000001']::numeric[] as many`);
  expect(rows).toEqual([
    {
      one: '12345678901234567890.000000000000000001',
      big: '9007199254740993',
      many: ['-12345678901234567890.5', null, '0.000000000000000001'],
    },
  ]);
});

it('refuses a second statement in query()', async () => {
  await expect(db.query(raw('select 1; select 2'))).rejects.toMatchObject({ code: '42601' });
});

it('rolls a failed transaction back and keeps the error', async () => {
  const failing = db.transaction(async (tx) => {
    await tx.query(sql`insert into t values (1)`);
    await tx.query(sql`insert into t values (1)`);
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(await count()).toBe(0);
});

it('does not call a transaction committed whose failed statement was ignored', async () => {
  const careless = db.transaction(async (tx) => {
    await tx.query(sql`insert into t values (1)`);
    await tx.query(sql`insert into t values (1)`).catch(() => undefined);
  });
  await expect(careless).rejects.toThrow('rolled back');
  expect(await count()).toBe(0);
});

it('keeps set local inside its transaction', async () => {
  const inside = await db.transaction(async (tx) => {
    await tx.query(sql`set local work_mem = '9MB'`);
    return (await tx.query(sql`show work_mem`)).rows[0];
  });
  const outside = (await db.query(sql`show work_mem`)).rows[0];
  expect(inside).toEqual({ work_mem: '9MB' });
  expect(outside).not.toEqual(inside);
});
