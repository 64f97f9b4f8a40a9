import type { Db, Logger } from '../db/db.js';
import { readBacklog, type Backlog, type BacklogTimes } from './backlog-store.js';
import { readJobStates, type JobState } from './store.js';

export interface JobsHealth {
  readonly jobs: readonly JobState[];
  readonly backlog: Backlog;
}

/** What the database says about the jobs and their backlog; null while it does not answer. Never rejects. */
export type HealthReader = () => Promise<JobsHealth | null>;

/** Several scrapers, or a scraper and a person, cost one set of queries in this time. */
const TRUSTED_FOR_MS = 10_000;
/** Prometheus gives up a scrape after 10 s, and the metrics of the process must come all the same. */
const PATIENCE_MS = 3_000;

export interface HealthReaderDeps extends BacklogTimes {
  readonly db: Db;
  readonly jobNames: readonly string[];
  readonly logger: Logger;
  readonly clock: () => number;
  readonly patienceMs?: number;
}

export function createHealthReader(deps: HealthReaderDeps): HealthReader {
  const { db, jobNames, logger, clock, patienceMs = PATIENCE_MS } = deps;
  let last: { readonly at: number; readonly answer: Promise<JobsHealth | null> } | null = null;
  let reading: Promise<JobsHealth> | null = null;
  let away = false;

  const read = async (): Promise<JobsHealth> => ({
    jobs: await readJobStates(db, jobNames),
    backlog: await readBacklog(db, deps),
  });

  async function ask(): Promise<JobsHealth | null> {
    try {
      // One that hangs is waited for again by the next: no heap of statements before a slow database.
      reading ??= read().finally(() => (reading = null));
      const answer = await within(patienceMs, reading);
      away = false;
      return answer;
    } catch (err) {
      if (!away)
        logger.warn({ err }, 'the backlog of the jobs cannot be read; its metrics are left out until it can');
      away = true;
      return null;
    }
  }

  return () => {
    if (last === null || clock() - last.at >= TRUSTED_FOR_MS) last = { at: clock(), answer: ask() };
    return last.answer;
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
