import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db.js';

/** Functions that do something, and may be called: they return a random number, the time or a size. */
const HARMLESS = [
  ...([
    'random',
    'random_normal',
    'array_sample',
    'array_shuffle',
    'gen_random_uuid',
    'clock_timestamp',
  ] as const),
  ...([
    'timeofday',
    'pg_relation_size',
    'pg_table_size',
    'pg_indexes_size',
    'pg_total_relation_size',
  ] as const),
  ...(['pg_database_size', 'pg_is_in_recovery', 'pg_jit_available'] as const),
];
/** What the views need of TimescaleDB's own: a view calls functions with the rights of who reads it. */
const OF_VIEWS = [
  'cagg_watermark',
  'to_timestamp',
  'to_timestamp_without_timezone',
  'to_date',
  'time_bucket',
];

/**
 * In the embedded engine all clients share one session of a superuser, so what a function may do matters more than on a
 * server: nobody but the superuser may call one that does something (writes, waits, takes locks, sets, runs SQL text), nor
 * anything internal to TimescaleDB. What is needed is given back by name.
 */
export async function narrowReader(db: Db, role: string): Promise<void> {
  await db.query(sql`revoke usage on language plpgsql, sql from public`);
  const { rows } = await db.query<{ call: string; allowed: boolean }>(sql`
    select p.oid::regprocedure::text as call,
           p.proname = any(${[...HARMLESS]}::text[]) and n.nspname = 'pg_catalog'
             or p.proname = any(${OF_VIEWS}::text[]) and n.nspname <> 'pg_catalog' as allowed
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))
      and p.prorettype <> 'internal'::regtype
      and (n.nspname like '\\_timescaledb%' or n.nspname = 'timescaledb_experimental'
           or (p.provolatile = 'v' or p.proname ~ '_to_xml') and n.nspname in ('pg_catalog', 'public'))`);
  const denied = rows.filter(({ allowed }) => !allowed).map(({ call }) => call);
  for (let at = 0; at < denied.length; at += 200)
    await db.query(raw(`revoke execute on routine ${denied.slice(at, at + 200).join(', ')} from public`));
  for (const { call } of rows.filter(({ allowed }) => allowed))
    await db.query(raw(`grant execute on routine ${call} to ${role}`));
}
