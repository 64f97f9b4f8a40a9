import type { Db } from '../db/db.js';
import { allEnded } from '../jobs/all-ended.js';
import type { Step } from '../jobs/step.js';
import { PARTS, type Part } from './aggregates.js';
import { refreshAggregates, refreshRetiringDay } from './store.js';

const BUCKET_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
/**
 * The latency aggregates hold about as many rows as there are calls: they took two fifths of a refresh after each change
 * of prices, which changes no latency. Who asks for a percentile does not wait for this: `ensureFresh('latency')`.
 */
const LATENCY_EVERY_MS = 5 * 60_000;

export interface Refresher {
  /** Told the earliest start of rows just committed. */
  noteWritten(earliestStart: number): void;
  /** Brings the aggregates of a part up to date, those of calls and costs unless told; concurrent calls share one run. */
  refresh(part?: Part): Promise<void>;
  /** Refreshes only when rows may have been committed that the part cannot show yet: read your own writes. */
  ensureFresh(part?: Part): Promise<void>;
  /** The last refresh of a UTC day (Unix ms) below the raw floor, before its raw events are dropped: for retire alone. */
  refreshDay(day: number): Promise<void>;
}

export interface RefresherDeps {
  readonly db: Pick<Db, 'engine' | 'withConnection'>;
  readonly clock: () => number;
  /** Nothing older than this is ever accepted, so nothing older can be outdated. */
  readonly lateEventsMaxAgeMs: number;
  /** Where other processes write too: for how long a refresh is trusted to show what they wrote. Null: there are none. */
  readonly trustedForMs: number | null;
}

/**
 * Keeps the real-time aggregates honest. Rows at or after their watermark are read from raw by TimescaleDB itself; rows
 * committed below it stay invisible until their buckets are refreshed, so those are remembered here.
 * The window always ends at the current bucket's start: materialising the open bucket would hide its next rows.
 */
export function createRefresher(deps: RefresherDeps): Refresher {
  const parts = { calls: createPartRefresher('calls', deps), latency: createPartRefresher('latency', deps) };
  return {
    noteWritten(earliestStart) {
      for (const part of PARTS) parts[part].noteWritten(earliestStart);
    },
    refresh: (part = 'calls') => parts[part].refresh(),
    ensureFresh: (part = 'calls') => parts[part].ensureFresh(),
    refreshDay: (day) => allEnded(PARTS.map((part) => parts[part].refreshDay(day))),
  };
}

/** A part by itself: TimescaleDB keeps for each aggregate what changed since its own last refresh. */
function createPartRefresher(
  part: Part,
  { db, clock, lateEventsMaxAgeMs, trustedForMs }: RefresherDeps,
): Refresher {
  // Until the first refresh of this process the database's watermark is not known: suppose it is as high as it can be.
  let watermark = bucketStart(clock());
  let outdated = true;
  let running: Promise<void> | null = null;
  let refreshedAt = -Infinity;
  let last: Promise<unknown> = Promise.resolve();

  // Advisory locks exclude nobody on the embedded engine's one session: there this queue keeps a refresh that read an
  // older floor from running after retire's last one.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const run = async (): Promise<void> => {
    refreshedAt = clock();
    const to = bucketStart(refreshedAt);
    watermark = Math.max(watermark, to);
    outdated = false;
    try {
      const oldest = refreshedAt - lateEventsMaxAgeMs;
      await refreshAggregates(db, part, { from: Math.floor(oldest / DAY_MS) * DAY_MS, to });
    } catch (error) {
      outdated = true;
      throw error;
    }
  };
  const isDoubtful = (): boolean => trustedForMs !== null && clock() - refreshedAt > trustedForMs;
  const refresh = (): Promise<void> => (running ??= inTurn(run).finally(() => (running = null)));

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
    refreshDay: (day) => inTurn(() => refreshRetiringDay(db, part, day)),
  };
}

/** The pipeline's step: every minute, after calls were settled and priced. */
export function createRefreshStep(
  refresher: Pick<Refresher, 'refresh'>,
  clock: () => number = Date.now,
): Step {
  let latencyAt = -Infinity;
  return {
    name: 'refresh',
    async run() {
      await refresher.refresh('calls');
      const now = clock();
      if (now - latencyAt >= LATENCY_EVERY_MS) {
        await refresher.refresh('latency');
        latencyAt = now;
      }
      return null;
    },
  };
}

const bucketStart = (unixMs: number): number => Math.floor(unixMs / BUCKET_MS) * BUCKET_MS;
