import sql from 'sql-template-tag';
import type { Db, Logger } from './db.js';
import { errorMessage } from './error-parts.js';
import { createPooledDb } from './pooled-db.js';
import { explainConnectionError, serverProblem } from './server-problem.js';

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
      // A first refresh over 10 million rows took 87 s; what runs longer than five minutes is lost.
      statement_timeout: 300_000,
      idle_in_transaction_session_timeout: 60_000,
      options: '-c timezone=UTC',
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
  const server = await db
    .query<{ version: number; extension: string | null }>(
      sql`select current_setting('server_version_num')::int as version,
                 (select extversion from pg_extension where extname = 'timescaledb') as extension`,
    )
    .catch((error: unknown) => {
      throw explainConnectionError(error, target);
    });
  const version = server.rows[0]?.version ?? 0;
  const extension = server.rows[0]?.extension ?? (await createExtension(db, target));
  const license = await db.query<{ license: string | null }>(
    sql`select current_setting('timescaledb.license', true) as license`,
  );
  const problem = serverProblem({ version, extension, license: license.rows[0]?.license ?? null });
  if (problem) throw new Error(`${target}: ${problem}`);
}

async function createExtension(db: Db, target: string): Promise<string> {
  try {
    await db.query(sql`create extension if not exists timescaledb`);
  } catch (error) {
    throw new Error(
      `${target} has no TimescaleDB and it could not be created (${errorMessage(error)}). ` +
        'A database administrator must run in this database: create extension timescaledb; ' +
        "(the server needs the timescaledb package and shared_preload_libraries = 'timescaledb').",
      { cause: error },
    );
  }
  const created = await db.query<{ extversion: string }>(
    sql`select extversion from pg_extension where extname = 'timescaledb'`,
  );
  return created.rows[0]?.extversion ?? '0';
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
