import sql from 'sql-template-tag';
import type { Connection, Db, Queryable, Row } from '../../backend/src/db/db.js';

export class Killed extends Error {}

/** What leaves something behind, if only a lock of the session. */
const CHANGES =
  /\b(insert|update|delete|truncate|create|alter|drop|call|vacuum|nextval|compress_chunk|drop_chunks|pg_(try_)?advisory_(lock|unlock)\w*)\b/i;

/**
 * A database whose process dies at moment number `limit`, and stays dead: before a statement that changes something, or before
 * a COMMIT. A death before a statement that only reads leaves what one before the next change leaves, and one within a
 * transaction what one at its COMMIT leaves.
 */
export function dyingDb(db: Db, limit: number): Db {
  let left = limit;
  const moment = (): void => {
    left -= 1;
    if (left < 0) throw new Killed();
  };
  const changes = (text: string): boolean => CHANGES.test(text);
  const meet = (text: string, isMoment: (text: string) => boolean): void => {
    if (left < 0) throw new Killed();
    if (isMoment(text)) moment();
  };
  const dying = (queryable: Queryable, isMoment: (text: string) => boolean): Queryable => ({
    async query<T extends Row>(statement: Parameters<Queryable['query']>[0]) {
      meet(statement.sql, isMoment);
      return queryable.query<T>(statement);
    },
  });
  const dyingConnection = (connection: Connection, isMoment: (text: string) => boolean): Connection => ({
    ...dying(connection, isMoment),
    async script(text) {
      meet(text, isMoment);
      return connection.script(text);
    },
  });
  return {
    ...dying(db, changes),
    engine: db.engine,
    close: () => db.close(),
    transaction: (work) =>
      db.transaction(async (tx) => {
        const result = await work(dyingConnection(tx, () => false));
        moment();
        return result;
      }),
    withConnection: (work) =>
      db.withConnection(async (connection) => {
        try {
          return await work(dyingConnection(connection, changes));
        } finally {
          // The server frees the session's locks when its client dies.
          if (left < 0) await connection.query(sql`select pg_advisory_unlock_all()`);
        }
      }),
  };
}
