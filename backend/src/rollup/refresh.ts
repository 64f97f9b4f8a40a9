import { refreshUsage15m } from './store.js';
import type { Db } from '../db/db.js';

const BUCKET_MS = 15 * 60_000;

export interface Refresher {
  /** Told the earliest start of rows just committed. */
  noteWritten(earliestStart: number): void;
  /** Brings the aggregate up to date; concurrent calls share one run. */
  refresh(): Promise<void>;
  /** Refreshes only when rows may have been committed that the aggregate cannot show yet: read your own writes. */
  ensureFresh(): Promise<void>;
}

export interface RefresherDeps {
  readonly db: Pick<Db, 'withConnection'>;
  readonly clock: () => number;
  /** Nothing older than this is ever accepted, so nothing older can be outdated. */
  readonly lateEventsMaxAgeMs: number;
  /** Where other processes write too: for how long a refresh is trusted to show what they wrote. Null: there are none. */
  readonly trustedForMs: number | null;
}

/**
 * Keeps the real-time aggregate honest. Rows at or after its watermark are read from raw by TimescaleDB itself; rows
 * committed below it stay invisible until their buckets are refreshed, so those are remembered here.
 * The window always ends at the current bucket's start: materialising the open bucket would hide its next rows.
 */
export function createRefresher({ db, clock, lateEventsMaxAgeMs, trustedForMs }: RefresherDeps): Refresher {
  // Until the first refresh of this process the database's watermark is not known: suppose it is as high as it can be.
  let watermark = bucketStart(clock());
  let outdated = true;
  let running: Promise<void> | null = null;
  let refreshedAt = -Infinity;

  const run = async (): Promise<void> => {
    refreshedAt = clock();
    const to = bucketStart(refreshedAt);
    watermark = Math.max(watermark, to);
    outdated = false;
    try {
      await refreshUsage15m(
        db,
        new Date(bucketStart(clock() - lateEventsMaxAgeMs) - BUCKET_MS),
        new Date(to),
      );
    } catch (error) {
      outdated = true;
      throw error;
    }
  };
  const isDoubtful = (): boolean => trustedForMs !== null && clock() - refreshedAt > trustedForMs;
  const refresh = (): Promise<void> => (running ??= run().finally(() => (running = null)));

  return {
    noteWritten(earliestStart) {
      if (earliestStart < watermark) outdated = true;
    },
    refresh,
    async ensureFresh() {
      // A run that started before the last write may have missed it: wait it out, then look again.
      if (running) await running;
      if (outdated || isDoubtful()) await refresh();
    },
  };
}

const bucketStart = (unixMs: number): number => Math.floor(unixMs / BUCKET_MS) * BUCKET_MS;
