import sql from 'sql-template-tag';
import type { Db, Logger, Queryable, Row } from './db.js';
import { errorMessage } from './error-parts.js';
import { MIGRATION_LOCK_KEY } from './migrate.js';
import { createPooledDb } from './pooled-db.js';
import {
  explainServerError,
  extensionProblem,
  serverProblem,
  type ExtensionFacts,
  type ServerFacts,
} from './server-problem.js';

export interface ServerOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
}

/**
 * Opens a pool on a TimescaleDB server and checks that the product can live there, creating the extension if allowed.
 *
 * @throws Error that says what to do; it never holds the password
 */
export async function openServer({ databaseUrl, logger }: ServerOptions): Promise<Db> {
  const target = describeUrl(databaseUrl);
  const db = createPooledDb({
    engine: 'server',
    logger,
    pool: {
      connectionString: databaseUrl,
      application_name: 'tokenledger',
      max: 10,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      // What runs longer than five minutes is lost. A refresh and a migration, which may, say so.
      statement_timeout: 300_000,
      idle_in_transaction_session_timeout: 60_000,
      // JIT compiled a day's sums for 9 s that take 0.4 s without it.
      options: '-c timezone=UTC -c jit=off',
    },
  });
  try {
    await check(db, target);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function check(db: Db, target: string): Promise<void> {
  try {
    const problem =
      serverProblem(await readServerFacts(db)) ?? extensionProblem(await readExtensionFacts(db));
    if (problem) throw new Error(problem);
  } catch (error) {
    throw explainServerError(error, target);
  }
}

async function readServerFacts(db: Db): Promise<ServerFacts> {
  const { rows } = await db.query<ServerFacts & Row>(sql`
    select current_setting('server_version_num')::int                         as version,
           current_setting('transaction_read_only') = 'on'                    as "readOnly",
           current_user                                                       as role,
           current_schema()                                                   as schema,
           coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate"`);
  return only(rows);
}

async function readExtensionFacts(db: Db): Promise<ExtensionFacts> {
  const version = (await extensionVersion(db)) ?? (await createExtension(db));
  const { rows } = await db.query<{ license: string | null }>(
    sql`select current_setting('timescaledb.license', true) as license`,
  );
  return { version, license: only(rows).license };
}

async function extensionVersion(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ version: string }>(
    sql`select extversion as version from pg_extension where extname = 'timescaledb'`,
  );
  return rows[0]?.version ?? null;
}

async function createExtension(db: Db): Promise<string> {
  try {
    return await db.transaction(async (tx) => {
      // IF NOT EXISTS does not help two processes that start at once: the second one failed with 23505.
      await tx.query(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK_KEY})`);
      await tx.query(sql`create extension if not exists timescaledb`);
      return (await extensionVersion(tx)) ?? '0';
    });
  } catch (error) {
    throw new Error(
      `it has no TimescaleDB and that could not be created (${errorMessage(error)}). ` +
        'A database administrator must run in this database: create extension timescaledb; ' +
        "(the server needs the timescaledb package and shared_preload_libraries = 'timescaledb').",
      { cause: error },
    );
  }
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('the server answered without a row');
  return row;
}

/** Host, port, database and user of the URL: what an error may show. */
function describeUrl(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
      throw new TypeError('not a PostgreSQL URL');
    const database = decodeURIComponent(url.pathname.slice(1)) || '(default)';
    return `database "${database}" at ${url.hostname || 'localhost'}:${url.port || '5432'}`;
  } catch {
    // The text itself may hold a password.
    throw new Error(
      'DATABASE_URL is not a PostgreSQL URL; example: postgres://user:password@127.0.0.1:5432/tokenledger',
    );
  }
}
