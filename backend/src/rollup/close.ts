import type { Connection, Db } from '../db/db.js';
import { dimensionsOf } from '../event-store/adjustments.js';
import { dayOf } from '../event-store/ledger-row.js';
import { createMeterLines } from '../event-store/meter-lines.js';
import type { Step } from '../jobs/step.js';
import type { PriceBook } from '../pricing/price-book.js';
import { checkDay } from './check.js';
import { eachPricedCall } from './close-calls-store.js';
import { guardedNow } from './close-clock.js';
import { createDailyMeters, type DailyMeters } from './close-meters.js';
import {
  beginDay,
  endDay,
  raiseClosedBefore,
  readClock,
  uncheckedDays,
  unwrittenDay,
  writeClock,
  writeDailyMeters,
  writeDailySums,
  writeDistinct,
} from './close-store.js';
import type { Refresher } from './refresh.js';

export interface CloseDeps {
  readonly db: Db;
  readonly refresher: Pick<Refresher, 'refresh'>;
  /** The book with every price recorded so far: other processes record prices too. */
  readonly loadBook: () => Promise<PriceBook>;
  /** The database's clock, Unix ms (`databaseNow` of close-store.ts). */
  readonly databaseNow: () => Promise<number>;
  /** A UTC day is closed this long after its end. */
  readonly closeAfterMs: number;
  /** So many meters are held at most, but always those of a whole organisation: some megabytes. */
  readonly mostMeters?: number;
}

const MOST_METERS = 10_000;

/**
 * Closes UTC days: from then on every change of their calls is posted as an adjustment, and the totals as closed are
 * written once. First the watermark, alone and fast; then in one snapshot the sums less what was posted meanwhile.
 */
export function createCloseStep(deps: CloseDeps): Step {
  const { db, refresher, closeAfterMs } = deps;
  return {
    name: 'close',
    async run({ signal, forced }) {
      const now = guardedNow(await readClock(db, await deps.databaseNow()), forced);
      if (now === null) return null;
      await writeClock(db, now, forced);
      let closed = 0;
      let calls = 0;
      while (!signal.aborted) {
        const day = (await unwrittenDay(db)) ?? (await raiseClosedBefore(db, dayOf(now - closeAfterMs)));
        if (day === null) break;
        calls += await writeDay(deps, day);
        closed += 1;
      }
      let different = 0;
      for (const day of await uncheckedDays(db)) {
        if (signal.aborted) break;
        if ((await checkDay(db, day, 'close', refresher.refresh)) === 'different') different += 1;
      }
      return { now: new Date(now).toISOString(), closed, calls, different };
    },
  };
}

/** @returns how many calls the day had */
async function writeDay({ db, loadBook, mostMeters = MOST_METERS }: CloseDeps, day: number): Promise<number> {
  // Before the transaction: the embedded engine runs nothing else meanwhile.
  const book = await loadBook();
  return db.transaction(async (tx) => {
    if (!(await beginDay(tx, day))) return 0;
    const calls = await writeDailySums(tx, day);
    await writeMeters(tx, day, createDailyMeters(createMeterLines(book)), mostMeters);
    await writeDistinct(tx, day);
    await endDay(tx, day);
    return calls;
  });
}

/** Organisation by organisation, so that a day of any size fits into memory. */
async function writeMeters(tx: Connection, day: number, meters: DailyMeters, most: number): Promise<void> {
  let from: string | null = null;
  let last: string | null = null;
  let full: (() => Promise<void>)[] = [];
  await eachPricedCall(tx, day, {
    add(rows) {
      for (const row of rows) {
        const { orgId } = dimensionsOf(row);
        if (last !== null && orgId !== last && meters.size() >= most) {
          const range = { from, to: orgId };
          const taken = meters.take();
          full.push(() => writeDailyMeters(tx, day, range, taken));
          from = orgId;
        }
        last = orgId;
        meters.add(row);
      }
    },
    async write() {
      for (const write of full) await write();
      full = [];
    },
  });
  await writeDailyMeters(tx, day, { from, to: null }, meters.take());
}
