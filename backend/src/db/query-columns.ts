import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Queryable, Row } from './db.js';

/**
 * Runs a statement for thousands of wide rows. They come column by column, each a JSON array that one call parses: pg
 * makes a string of every value and an object of every row, which took half of the client's time in re-pricing.
 * Values are as JSON has them: bigint is a number (exact up to 2^53), numeric must be selected as text.
 *
 * @param names the columns of the statement that are wanted
 * @param rest values of columns that the statement does not select
 * @param read makes a result of a row, which is one object for all of them: it must not be kept
 */
export async function queryColumns<T extends Row, R>(
  db: Queryable,
  names: readonly string[],
  statement: Sql,
  rest: Row,
  read: (row: T) => R,
): Promise<R[]> {
  const arrays = join(names.map((name) => raw(`json_agg(r.${name}) as ${name}`)));
  const { rows } = await db.query<Readonly<Record<string, readonly unknown[] | null>>>(
    sql`select ${arrays} from (${statement}) as r`,
  );
  const columns = names.map((name) => rows[0]?.[name] ?? []);
  const row: Record<string, unknown> = { ...rest };
  return (columns[0] ?? []).map((_, place) => {
    for (let index = 0; index < names.length; index += 1) row[names[index] ?? ''] = columns[index]?.[place];
    return read(row as T);
  });
}
