import sql from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Queryable, Row } from '../db/db.js';
import type { StepDetail } from './step.js';

/** The pipeline's lock: "pipeln" in ASCII. Whoever holds it runs steps, of all replicas. */
export const PIPELINE_LOCK_KEY = 0x706970656c6en;

const ABANDONED =
  'its end was not recorded: the process or its database connection ended before; the next run takes up the work';

/** Takes the pipeline's lock for the session of `connection`, unless another session has it. */
export async function tryLockPipeline(connection: Queryable): Promise<boolean> {
  const { rows } = await connection.query<{ locked: boolean }>(
    sql`select pg_try_advisory_lock(${PIPELINE_LOCK_KEY}) as locked`,
  );
  return rows[0]?.locked === true;
}

/** The lock lives as long as its session: one that answers has it still. */
export async function assertSessionLives(connection: Queryable): Promise<void> {
  await connection.query(sql`select 1`);
}

export async function unlockPipeline(connection: Queryable): Promise<void> {
  await connection.query(sql`select pg_advisory_unlock(${PIPELINE_LOCK_KEY})`);
}

/**
 * Marks runs that still seem to go on as failed. Only for the holder of the lock: nobody else runs a step then.
 * @returns their jobs
 */
export async function failAbandonedRuns(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ job: string }>(sql`
    update job_runs set outcome = 'failed', finished_at = now(), error = ${ABANDONED}
    where outcome = 'running' returning job`);
  return rows.map(({ job }) => job);
}

/** @returns the id of the new run */
export async function insertRun(db: Queryable, job: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    sql`insert into job_runs (job) values (${job}) returning id`,
  );
  return rows[0]?.id ?? '';
}

/** How a run ended. One that another holder of the lock has marked as abandoned stays so. */
export async function finishRun(db: Queryable, id: string, end: RunEnd): Promise<void> {
  const detail = end.detail === null ? null : JSON.stringify(end.detail);
  await db.query(sql`
    update job_runs set outcome = ${end.outcome}, finished_at = now(), error = ${end.error}, detail = ${detail}::jsonb
    where id = ${id} and outcome = 'running'`);
}

export interface RunEnd {
  readonly outcome: 'done' | 'failed';
  readonly error: string | null;
  readonly detail: StepDetail | null;
}

/** Runs that found nothing to do would be 1,440 rows a day and job: only the last of them is kept. */
export async function deleteIdleRunsBefore(db: Queryable, job: string, id: string): Promise<void> {
  await db.query(
    sql`delete from job_runs where job = ${job} and id < ${id} and outcome = 'done' and detail is null`,
  );
}

export interface JobState {
  readonly job: string;
  readonly lastRun: StoredRun | null;
  readonly lastSuccessAt: Date | null;
}

export interface StoredRun {
  readonly outcome: 'running' | 'done' | 'failed';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** null while it runs. */
  readonly durationMs: number | null;
  readonly error: string | null;
  readonly detail: StepDetail | null;
}

interface StateRow extends Row {
  readonly job: string;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly duration_ms: number | null;
  readonly outcome: StoredRun['outcome'] | null;
  readonly error: string | null;
  readonly detail: StepDetail | null;
  readonly last_success_at: Date | null;
}

/** The last run of each job and when it last succeeded, in the order of `jobs`. */
export async function readJobStates(db: Queryable, jobs: readonly string[]): Promise<JobState[]> {
  const { rows } = await db.query<StateRow>(sql`
    select j.job, r.started_at, r.finished_at, r.outcome, r.error, r.detail,
           (extract(epoch from r.finished_at - r.started_at) * 1000)::float8 as duration_ms,
           s.finished_at as last_success_at
    from unnest(${arrayLiteral(jobs)}::text[]) with ordinality as j (job, place)
    left join lateral (select * from job_runs where job = j.job order by started_at desc, id desc limit 1) r on true
    left join lateral (
      select finished_at from job_runs where job = j.job and outcome = 'done' order by started_at desc, id desc limit 1
    ) s on true
    order by j.place`);
  return rows.map((row) => ({
    job: row.job,
    lastSuccessAt: row.last_success_at,
    lastRun:
      row.outcome === null || row.started_at === null
        ? null
        : {
            outcome: row.outcome,
            startedAt: row.started_at,
            finishedAt: row.finished_at,
            durationMs: row.duration_ms,
            error: row.error,
            detail: row.detail,
          },
  }));
}
