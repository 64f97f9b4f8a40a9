import type { Allowed } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { EventStore } from '../event-store/event-store.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import { UNPRICED } from '../ledger/event.js';
import { pendingDays, readPending, slicePending, type PendingFilter } from './pending-store.js';

export interface WriteOffDeps {
  readonly db: Pick<Db, 'query'>;
  readonly events: Pick<EventStore, 'changeDay'>;
}

/** Who gives calls up, and why. */
export interface WrittenOffBy {
  readonly author: string;
  readonly note: string;
}

/**
 * Gives up on pending calls: they become `unbilled (written_off)`, and closed days get adjustments with author and note.
 * Day by day, oldest first; what is done is pending no more, so that the same request again goes on with the rest.
 * @returns how many were written off, and whether it came to the end
 */
export async function writeOff(
  { db, events }: WriteOffDeps,
  filter: PendingFilter & { readonly before: number },
  allowed: Allowed,
  by: WrittenOffBy,
  signal: AbortSignal,
): Promise<{ readonly writtenOff: number; readonly complete: boolean }> {
  let writtenOff = 0;
  let complete = true;
  for (const day of await pendingDays(db, filter, allowed)) {
    if (signal.aborted) return { writtenOff, complete: false };
    for (const slice of await slicePending(db, day, filter, allowed)) {
      const changes = (await readPending(db, slice, filter, allowed)).map((before) => ({
        before,
        after: givenUp(before),
      }));
      const { changed, stale } = await events.changeDay(changes, { reason: 'written_off', part: 'cost', by });
      writtenOff += changed;
      if (stale.length > 0) complete = false;
    }
  }
  return { writtenOff, complete };
}

const givenUp = (row: LedgerRow): LedgerRow => ({
  ...row,
  cost: { ...UNPRICED, status: 'unbilled', reason: 'written_off' },
});
