import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.js';
import { Problem } from '../http/problem.js';

/** Unix ms, UTC midnights: see ledger_state in migration 0005. */
export interface Watermarks {
  /** No raw events may be read below it. */
  readonly rawFloor: number;
  /** The daily tables are complete below it. */
  readonly writtenBefore: number;
  /** The 15-minute aggregates hold nothing below it. */
  readonly aggregateFloor: number;
}

const MAX_TRIES = 5;

/**
 * Reads with watermarks that were the same before and after. A snapshot alone would not do: chunks that are dropped
 * vanish from older snapshots too. The floor is raised before anything is dropped, so when it has not moved nothing was.
 * @throws Problem 503 when they moved during every try
 */
export async function withWatermarks<T>(db: Queryable, read: (marks: Watermarks) => Promise<T>): Promise<T> {
  let marks = await readWatermarks(db);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const answer = await read(marks);
    const after = await readWatermarks(db);
    if (isSame(marks, after)) return answer;
    marks = after;
  }
  throw new Problem(
    503,
    'ledger_moving',
    'Days are being closed or retired right now. Try again in a few seconds.',
    {
      retryAfter: 5,
    },
  );
}

const isSame = (a: Watermarks, b: Watermarks): boolean =>
  a.rawFloor === b.rawFloor && a.writtenBefore === b.writtenBefore && a.aggregateFloor === b.aggregateFloor;

async function readWatermarks(db: Queryable): Promise<Watermarks> {
  const { rows } = await db.query<{ raw_floor: Date; written_before: Date; aggregate_floor: Date }>(
    sql`select raw_floor, written_before, aggregate_floor from ledger_state`,
  );
  const [state] = rows;
  if (!state) throw new Error('ledger_state has no row: restore it from a back-up, it holds the watermarks');
  return {
    rawFloor: state.raw_floor.getTime(),
    writtenBefore: state.written_before.getTime(),
    aggregateFloor: state.aggregate_floor.getTime(),
  };
}
