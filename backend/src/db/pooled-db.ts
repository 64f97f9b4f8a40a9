import pg from 'pg';
import type { Sql } from 'sql-template-tag';
import { errorCode, errorMessage } from './error-parts.js';
import type { Connection, Db, Logger, Row } from './db.js';

export interface PooledDb extends Db {
  /** The pool itself, for what speaks pg. */
  readonly pool: pg.Pool;
}

export interface PooledDbOptions {
  readonly engine: Db['engine'];
  readonly pool: pg.PoolConfig;
  readonly logger: Logger;
  /** Runs once, after the pool has ended. */
  readonly afterClose?: () => Promise<void>;
}

const NUMERIC_ARRAY = 1231;
const TEXT_ARRAY = 1009;

/** pg reads numeric[] as floats, which would round money: keep it as strings. Scalar numeric and int8 are strings anyway. */
function exactTypes(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  // @types/pg lists no array types.
  const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY as number, 'text') as (text: string) => string[];
  types.setTypeParser(NUMERIC_ARRAY, parseTextArray);
  return types;
}

/** A `Db` on a `pg.Pool`: the one code path of both engines. */
export function createPooledDb({ engine, pool: config, logger, afterClose }: PooledDbOptions): PooledDb {
  const pool = new pg.Pool({ ...config, types: exactTypes() });
  // An idle connection that breaks must not end the process; the pool has already removed it. It also hung the whole
  // client on the error, the cancel key included: that is not for the log.
  pool.on('error', (error) =>
    logger.warn(
      { code: errorCode(error), reason: errorMessage(error) },
      'an idle database connection was lost',
    ),
  );
  let closing: Promise<void> | undefined;

  async function withClient<T>(
    work: (connection: Connection, client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect();
    let lost: Error | undefined;
    const onLost = (error: Error): void => {
      lost ??= error;
    };
    client.on('error', onLost);
    try {
      return await work(connectionOf(client), client);
    } catch (error) {
      // A connection that broke between two statements told its reason by the event; the next statement only says "lost".
      throw lost && !errorCode(error) ? lost : error;
    } finally {
      client.off('error', onLost);
      client.release(lost);
    }
  }

  return {
    engine,
    pool,
    query: (statement) => run(pool, statement),
    withConnection: (work) => withClient((connection) => work(connection)),
    transaction: (work) =>
      withClient(async (connection, client) => {
        await client.query('begin');
        try {
          const result = await work(connection);
          await commit(client);
          return result;
        } catch (error) {
          // Fails only when the connection is lost, and then there is nothing to roll back.
          await client.query('rollback').catch(() => undefined);
          throw error;
        }
      }),
    close: () => (closing ??= pool.end().then(afterClose)),
  };
}

/** COMMIT of a transaction in which a statement failed rolls back without an error: that must not look like success. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit');
  if (command !== 'COMMIT')
    throw new Error('rolled back: a statement of the transaction failed and its error was ignored');
}

function connectionOf(client: pg.PoolClient): Connection {
  return {
    query: (statement) => run(client, statement),
    script: async (text) => {
      await client.query(text);
    },
  };
}

async function run<T extends Row>(
  target: pg.Pool | pg.PoolClient,
  { text, values }: Sql,
): Promise<{ rows: T[]; rowCount: number }> {
  // Extended even without parameters: PostgreSQL itself then refuses a second statement.
  const config: pg.QueryConfig & { queryMode: 'extended' } = { text, values, queryMode: 'extended' };
  const { rows, rowCount } = await target.query<T>(config);
  return { rows, rowCount: rowCount ?? 0 };
}
