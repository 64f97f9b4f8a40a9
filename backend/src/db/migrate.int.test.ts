import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDb, silentLogger } from '../../../test/support/database.js';
import type { Db } from './db.js';
import { migrate, schemaVersion } from './migrate.js';
import { MIGRATIONS, readMigrations } from './migration-files.js';

let db: Db;
let folder: string;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());

beforeEach(async () => {
  await db.withConnection((connection) =>
    connection.script('alter table schema_migrations rename to product_migrations; create schema tried'),
  );
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
});
afterEach(async () => {
  await db.withConnection((connection) =>
    connection.script(
      'drop table if exists schema_migrations; drop schema tried cascade; alter table product_migrations rename to schema_migrations',
    ),
  );
  await rm(folder, { recursive: true });
});

const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);
const run = () => migrate(db, pathToFileURL(`${folder}/`), silentLogger);
const tables = async () =>
  (await db.query(sql`select tablename from pg_tables where schemaname = 'tried' order by 1`)).rows.map(
    (row) => row.tablename,
  );

it('knows no version before the first migration', async () => {
  expect(await schemaVersion(db)).toBe(0);
});

it('applies each file once, in order', async () => {
  await write('0001_a.sql', "create table tried.a (v text default ';$$'); create table tried.a2 (v int);");
  await write('0002_b.sql', 'create table tried.b (v int); -- a comment at the end');
  expect(await run()).toEqual({ applied: ['0001_a', '0002_b'], version: 2 });
  expect(await run()).toEqual({ applied: [], version: 2 });
  expect(await tables()).toEqual(['a', 'a2', 'b']);
  expect(await schemaVersion(db)).toBe(2);
});

it('leaves nothing of a file that fails, and keeps those before it', async () => {
  await write('0001_a.sql', 'create table tried.a (v int)');
  await write('0002_b.sql', 'create table tried.b (v int); select 1/0');
  await expect(run()).rejects.toThrow('migration 0002_b failed: division by zero');
  expect(await tables()).toEqual(['a']);
  await write('0002_b.sql', 'create table tried.b (v int)');
  expect((await run()).applied).toEqual(['0002_b']);
});

it('runs a marked file outside a transaction', async () => {
  await write('0001_a.sql', '-- no transaction\nvacuum');
  expect((await run()).applied).toEqual(['0001_a']);
});

it('refuses two statements in a marked file', async () => {
  await write(
    '0001_a.sql',
    '-- no transaction\ncreate table tried.a (v int);\ncreate table tried.b (v int);',
  );
  await expect(run()).rejects.toThrow('cannot insert multiple commands');
  expect(await tables()).toEqual([]);
});

it('refuses a database newer than the code', async () => {
  await write('0001_a.sql', 'create table tried.a (v int)');
  await write('0002_b.sql', 'create table tried.b (v int)');
  await run();
  await rm(join(folder, '0002_b.sql'));
  await expect(run()).rejects.toThrow('used by a newer version. Upgrade this one');
});

it('refuses a file changed after it was applied, but not other line ends', async () => {
  await write('0001_a.sql', 'create table tried.a (\n v int)');
  await run();
  await write('0001_a.sql', 'create table tried.a (\r\n v int)');
  expect((await run()).applied).toEqual([]);
  await write('0001_a.sql', 'create table tried.a (\n v bigint)');
  await expect(run()).rejects.toThrow('0001_a was changed after it was applied');
});

it('refuses a file put in below an applied one', async () => {
  await write('0002_b.sql', 'create table tried.b (v int)');
  await run();
  await write('0001_a.sql', 'create table tried.a (v int)');
  await expect(run()).rejects.toThrow('may only be added at the end');
});

it('applies the product migrations to the version of the newest file', async () => {
  const newest = (await readMigrations(MIGRATIONS)).at(-1)?.id;
  const { rows } = await db.query(sql`select max(id) as version from product_migrations`);
  expect(rows).toEqual([{ version: newest }]);
});

// The embedded engine is one session, so its advisory locks exclude nobody: one process holds the folder instead.
const onServer = process.env.TEST_DATABASE_URL ? it : it.skip;
onServer('two at once apply each file once', async () => {
  await write('0001_a.sql', 'select pg_sleep(0.5); create table tried.a (v int)');
  await write('0002_b.sql', '-- no transaction\ncreate table tried.b (v int)');
  const results = await Promise.all([run(), run()]);
  expect(results.flatMap(({ applied }) => applied).sort()).toEqual(['0001_a', '0002_b']);
});
