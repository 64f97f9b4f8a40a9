import sql from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import type { Db } from './db.js';
import { schemaVersion } from './migrate.js';
import { MIGRATIONS, readMigrations } from './migration-files.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());

it('brings a fresh database to the newest migration', async () => {
  expect(await schemaVersion(db)).toBe((await readMigrations(MIGRATIONS)).at(-1)?.id);
  const { rows } = await db.query(sql`select count(*) as n from usage_15m`);
  expect(rows).toEqual([{ n: '0' }]);
  await truncateAll(db);
});
