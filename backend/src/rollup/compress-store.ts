import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.js';
import { asMs, timeText } from '../event-store/columns.js';
import { DAY_MS, dateText } from './store.js';

/** UTC days (Unix ms) that ended at least so long ago, by the clock of the last closing, and are not compressed. */
export async function uncompressedDays(db: Queryable, afterMs: number): Promise<number[]> {
  const { rows } = await db.query<{ day: number }>(sql`
    select ${asMs(sql`d.day::timestamp at time zone 'UTC'`)} as day from ledger_days d cross join ledger_state
    where d.compressed_at is null and d.flushed_at is null and d.day < (written_before at time zone 'UTC')::date
      and d.day < ((clock - make_interval(secs => ${afterMs / 1_000}::float8)) at time zone 'UTC')::date
    order by d.day`);
  return rows.map(({ day }) => day);
}

/** Compresses a day's chunks. Writers of that day wait for it: about a second for 300,000 rows. */
export async function compressDay(db: Db, day: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(sql`
      select compress_chunk(chunk, if_not_compressed => true) from show_chunks(
        'usage_events', newer_than => ${timeText(day)}::timestamptz, older_than => ${timeText(day + DAY_MS)}::timestamptz
      ) as chunk`);
    await tx.query(
      sql`update ledger_days set compressed_at = now() where day = ${dateText(day)}::date and flushed_at is null`,
    );
  });
}
