import sql from 'sql-template-tag';
import { openTestDb } from '../../../test/support/database.js';
import type { Db } from './db.js';
import { queryColumns } from './query-columns.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());

const read = (statement: ReturnType<typeof sql>) =>
  queryColumns(db, ['n', 'text', 'flag', 'more'], statement, { rest: 'rest' }, (row) => ({ ...row }));

describe('queryColumns', () => {
  it('gives the rows in their order, each with its own values', async () => {
    const rows = await read(sql`
      select n, case when n <> 2 then '"a,b" ' || n end as text, n = 3 as flag, jsonb_build_object('n', n) as more
      from generate_series(3, 1, -1) as n`);
    expect(rows).toEqual([
      { n: 3, text: '"a,b" 3', flag: true, more: { n: 3 }, rest: 'rest' },
      { n: 2, text: null, flag: false, more: { n: 2 }, rest: 'rest' },
      { n: 1, text: '"a,b" 1', flag: false, more: { n: 1 }, rest: 'rest' },
    ]);
  });

  it('gives nothing of nothing', async () => {
    expect(await read(sql`select 1 as n, '' as text, true as flag, null as more where false`)).toEqual([]);
  });

  it('keeps counts up to 2^53 to the last digit', async () => {
    const [row] = await read(
      sql`select ${Number.MAX_SAFE_INTEGER}::bigint as n, null as text, null as flag, null as more`,
    );
    expect(row?.['n']).toBe(Number.MAX_SAFE_INTEGER);
  });
});
