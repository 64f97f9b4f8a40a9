import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { Connection, Db, Logger, Queryable, Row } from './db.js';
import { errorMessage } from './error-parts.js';
import { readMigrations, type Migration } from './migration-files.js';

/** Held by whoever changes the schema. Any constant no other program uses: "ledger" in ASCII. */
export const MIGRATION_LOCK_KEY = 0x6c6564676572n;
const LOCK_POLL_MS = 200;
const LOCK_PATIENCE_MS = 600_000;

export interface MigrateResult {
  /** What this call ran, e.g. `0001_usage_events`. */
  readonly applied: string[];
  /** Number of the newest migration, now in the database. */
  readonly version: number;
}

interface Applied extends Row {
  readonly id: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Brings the schema to the newest migration of `folder`. Safe to call from several processes at once: one works, the
 * others wait. A file whose first line is `-- no transaction` holds exactly one statement and must bear a repetition.
 *
 * @throws Error when the database is newer than the code, or an applied file was changed
 */
export async function migrate(db: Db, folder: URL, logger: Logger): Promise<MigrateResult> {
  const migrations = await readMigrations(folder);
  return db.withConnection((connection) =>
    withMigrationLock(connection, logger, async () => {
      await db.query(sql`
        create table if not exists schema_migrations (
          id         integer     primary key,
          name       text        not null,
          checksum   text        not null,
          applied_at timestamptz not null default now()
        )`);
      const { rows } = await db.query<Applied>(
        sql`select id, name, checksum from schema_migrations order by id`,
      );
      const pending = pendingMigrations(migrations, rows);
      for (const migration of pending) {
        await apply(db, migration);
        logger.info({ migration: fileName(migration) }, 'schema migrated');
      }
      return { applied: pending.map(fileName), version: migrations.at(-1)?.id ?? 0 };
    }),
  );
}

/** Number of the newest applied migration; 0 for an empty database. */
export async function schemaVersion(db: Queryable): Promise<number> {
  const exists = await db.query<{ exists: boolean }>(
    sql`select to_regclass('schema_migrations') is not null as exists`,
  );
  if (!exists.rows[0]?.exists) return 0;
  const { rows } = await db.query<{ version: number | null }>(
    sql`select max(id) as version from schema_migrations`,
  );
  return rows[0]?.version ?? 0;
}

/** What of `migrations` is not in the database yet. @throws Error when the two histories differ */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): Migration[] {
  const newest = migrations.at(-1)?.id ?? 0;
  for (const [index, row] of applied.entries()) {
    const migration = migrations[index];
    if (row.id > newest) {
      throw new Error(
        `the database has migration ${row.id} (${row.name}), this version knows only up to ${newest}: ` +
          'it was used by a newer version. Upgrade this one.',
      );
    }
    if (migration?.id !== row.id) {
      throw new Error(
        `the database has migration ${row.id} (${row.name}) where this version has ` +
          `${migration ? fileName(migration) : 'none'}: migrations may only be added at the end.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new Error(
        `migration ${fileName(migration)} was changed after it was applied: restore the file and add a new migration.`,
      );
    }
  }
  return migrations.slice(applied.length);
}

async function apply(db: Db, migration: Migration): Promise<void> {
  const { id, name, checksum, text } = migration;
  const record = sql`insert into schema_migrations (id, name, checksum) values (${id}, ${name}, ${checksum})`;
  try {
    if (migration.transactional) {
      await db.transaction(async (tx) => {
        await tx.query(sql`set local statement_timeout = 0`);
        await tx.script(text);
        await tx.query(record);
      });
    } else {
      await db.withConnection((connection) => applyAlone(connection, text));
      await db.query(record);
    }
  } catch (error) {
    throw new Error(`migration ${fileName(migration)} failed: ${errorMessage(error)}`, { cause: error });
  }
}

/** query(), not script(): PostgreSQL itself then refuses a file of several statements. */
async function applyAlone(connection: Connection, text: string): Promise<void> {
  await connection.query(sql`set statement_timeout = 0`);
  try {
    await connection.query(raw(text));
  } finally {
    await connection.query(sql`reset statement_timeout`);
  }
}

/**
 * Polls instead of waiting in the lock: a session that waits holds a snapshot, which statements like CREATE INDEX
 * CONCURRENTLY of the working process would wait for in turn.
 */
async function withMigrationLock<T>(
  connection: Connection,
  logger: Logger,
  work: () => Promise<T>,
): Promise<T> {
  for (let waited = 0; !(await tryLock(connection)); waited += LOCK_POLL_MS) {
    if (waited === 0) logger.info({}, 'another process is migrating the schema: waiting for it');
    if (waited >= LOCK_PATIENCE_MS) {
      throw new Error(
        'another process has been migrating the schema for ten minutes: look at its log, then start again',
      );
    }
    await sleep(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    await connection.query(sql`select pg_advisory_unlock(${MIGRATION_LOCK_KEY})`);
  }
}

async function tryLock(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ locked: boolean }>(
    sql`select pg_try_advisory_lock(${MIGRATION_LOCK_KEY}) as locked`,
  );
  return rows[0]?.locked === true;
}

function fileName({ id, name }: Migration): string {
  return `${String(id).padStart(4, '0')}_${name}`;
}
