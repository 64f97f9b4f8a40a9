import sql, { join, raw } from 'sql-template-tag';

const SLICE = 5_000;
const CONNECTIONS = 2;
const KEY = { realm: 'text', trace_id: 'text', span_id: 'text', started_at: 'timestamptz' };

/** Makes bare_events a copy of usage_events as it is now: same columns, indexes and chunks. @param {import('../../backend/dist/db/db.js').Db} db */
export async function copyToBare(db) {
  await db.query(sql`drop table if exists bare_events`);
  await db.query(sql`create table bare_events (like usage_events including all)`);
  await db.query(
    sql`select create_hypertable('bare_events', by_range('started_at', interval '1 day'), create_default_indexes => false)`,
  );
  await db.query(sql`insert into bare_events select * from usage_events`);
  await db.query(sql`vacuum analyze bare_events`);
}

/**
 * The yardstick of a job that changes rows: the same columns of the same rows set to the same values, in the copy made
 * before, by bare `UPDATE … FROM unnest`, 5,000 a statement, two at a time, without reading, deciding or checking anything.
 *
 * @param {import('../../backend/dist/db/db.js').Db} db @param {Readonly<Record<string, string>>} columns name and type
 * @returns {Promise<number>} rows per second
 */
export async function updateBare(db, columns) {
  const types = { ...KEY, ...columns };
  const names = Object.keys(types);
  const changed = join(
    Object.keys(columns).map((name) => raw(`e.${name} is distinct from b.${name}`)),
    ' or ',
  );
  const { rows } = await db.query(sql`
    select ${join(names.map((name) => raw(`e.${name}::text`)))} from usage_events e
    join bare_events b using (trace_id, span_id, realm, started_at) where ${changed} order by e.started_at`);
  const statements = Array.from({ length: Math.ceil(rows.length / SLICE) }, (_, slice) => {
    const some = rows.slice(slice * SLICE, (slice + 1) * SLICE);
    const lists = names.map((name) => sql`${some.map((row) => row[name])}::${raw(types[name] ?? '')}[]`);
    return sql`
      update bare_events e set ${join(Object.keys(columns).map((name) => raw(`${name} = g.${name}`)))}
      from unnest(${join(lists)}) as g (${raw(names.join())})
      where ${join(
        Object.keys(KEY).map((name) => raw(`e.${name} = g.${name}`)),
        ' and ',
      )}`;
  }).values();
  const started = process.hrtime.bigint();
  const work = async () => {
    for (const statement of statements) await db.query(statement);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  await db.query(sql`drop table bare_events`);
  return rows.length / seconds;
}
