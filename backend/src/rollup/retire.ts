import type { Db } from '../db/db.js';
import { dayOf } from '../event-store/ledger-row.js';
import type { Step, StepContext } from '../jobs/step.js';
import { checkDay } from './check.js';
import { readClock } from './close-store.js';
import type { Refresher } from './refresh.js';
import {
  deleteOldRuns,
  deleteQuarantined,
  dropAggregates,
  dropFlushed,
  flushDay,
  forgetKeys,
  nextRetiringDay,
  raiseRawFloor,
  releaseKept,
  type RetiringDay,
} from './retire-store.js';

const DAY_MS = 86_400_000;
/** Each run of settle is shorter than the one before: fewer events came meanwhile. */
const MOST_SETTLED = 3;

/** How long what is kept, in milliseconds. */
export interface RetentionSettings {
  readonly rawRetentionMs: number;
  readonly aggregateRetentionMs: number;
  readonly quarantineRetentionMs: number;
  readonly lateEventsMaxAgeMs: number;
}

export interface RetireDeps extends RetentionSettings {
  readonly db: Db;
  readonly refresher: Pick<Refresher, 'refresh' | 'refreshDay'>;
  /** What came since its last run and concerns a day that is about to go must be settled first. */
  readonly settle: Pick<Step, 'run'>;
  /** The database's clock, Unix ms (`databaseNow` of close-store.ts). */
  readonly databaseNow: () => Promise<number>;
}

/**
 * Ends the life of raw events: a day goes only when it is closed and adds up, when the aggregates hold all of it, and
 * when its pending calls and its keys are copied. "Now" is at most that of the last closing.
 */
export function createRetireStep(deps: RetireDeps): Step {
  const { db } = deps;
  return {
    name: 'retire',
    async run(context) {
      const database = await deps.databaseNow();
      const { last } = await readClock(db, database);
      await deleteOldRuns(db);
      const now = last === null ? database : Math.min(database, last);
      const quarantined = await deleteQuarantined(db, now - deps.quarantineRetentionMs);
      // Nothing was ever closed.
      if (last === null) return quarantined > 0 ? { quarantined } : null;
      const raw = await retireDays(deps, dayOf(now - deps.rawRetentionMs), context);
      await dropAggregates(db, dayOf(now - deps.aggregateRetentionMs));
      const released = await releaseAll(db, now - deps.rawRetentionMs, context);
      await forgetKeys(db, dayOf(now - deps.lateEventsMaxAgeMs) - DAY_MS);
      return { ...raw, released, quarantined };
    },
  };
}

interface Retired {
  readonly retired: number;
  /** The day that does not add up, is not settled, or whose calls were changing: nothing after it is retired. */
  readonly blocked: string | null;
}

async function retireDays(deps: RetireDeps, before: number, context: StepContext): Promise<Retired> {
  let retired = 0;
  let blocked: string | null = null;
  while (!context.signal.aborted && blocked === null) {
    const next = await nextRetiringDay(deps.db, before);
    if (!next) break;
    if (await retireDay(deps, next, context)) retired += 1;
    else blocked = new Date(next.day).toISOString().slice(0, 10);
  }
  // What a run that was cut short had flushed.
  await dropFlushed(deps.db);
  return { retired, blocked };
}

/** @returns false when the day does not add up, is not settled, or would not hold still: its raw events stay */
async function retireDay(
  deps: RetireDeps,
  { day, belowFloor }: RetiringDay,
  context: StepContext,
): Promise<boolean> {
  const { db, refresher } = deps;
  if (!belowFloor) {
    if ((await checkDay(db, day, 'retire', refresher.refresh)) !== 'equal') return false;
    if (!(await raiseSettledFloor(deps, day, context))) return false;
  }
  const refresh = (): Promise<void> => refresher.refreshDay(day);
  await refresh();
  if ((await checkDay(db, day, 'retire', refresh)) !== 'equal') return false;
  await flushDay(db, day);
  await dropFlushed(db);
  return true;
}

async function raiseSettledFloor(
  { db, settle }: RetireDeps,
  day: number,
  context: StepContext,
): Promise<boolean> {
  for (let settled = 0; !(await raiseRawFloor(db, day)); settled += 1) {
    if (settled === MOST_SETTLED || context.signal.aborted) return false;
    await settle.run(context);
  }
  return true;
}

async function releaseAll(db: Db, before: number, { signal }: StepContext): Promise<number> {
  let total = 0;
  for (let more = true; more && !signal.aborted;) {
    const batch = await releaseKept(db, before);
    total += batch.released;
    more = batch.more;
  }
  return total;
}
