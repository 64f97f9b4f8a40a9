import type { Queryable } from '../db/db.js';
import type { RowChange, StoredRow } from '../event-store/ledger-row.js';
import { allEnded } from '../jobs/all-ended.js';
import type { CallSlice } from './call-slices-store.js';
import type { CallGroup, PriceChange } from './reprice-plan.js';
import { callGroups, readGroups, sliceGroups, type CallChoice } from './store.js';

/** A row that another writer changed while it was priced is read again; after this often the next run has it. */
const ATTEMPTS = 3;

export interface Sweep {
  readonly db: Queryable;
  readonly change: PriceChange;
  /** Only calls of later requests; null: all. */
  readonly afterRequest: bigint | null;
  readonly signal: AbortSignal;
  /** Gets the changes of some thousand calls of one UTC day; answers how many of them must be looked at again. */
  readonly visit: (changes: readonly RowChange[], status: CallChoice['status']) => Promise<number>;
}

/**
 * Goes through the stored calls that a change of prices may touch, newest day first: people look at today.
 * @returns false when it was interrupted, or some calls changed under its hands: another sweep has them
 */
export async function sweepCalls(sweep: Sweep): Promise<boolean> {
  let complete = true;
  for (const choice of choicesOf(sweep)) {
    const groups = await callGroups(sweep.db, choice, sweep.change.contracted);
    const concerned = groups.filter((group) => sweep.change.concerns(group));
    for (const [day, ofDay] of byDay(concerned)) {
      if (sweep.signal.aborted) return false;
      if (!(await sweepDay(sweep, day, choice, ofDay))) complete = false;
    }
  }
  return complete;
}

/** Pending calls first: what has no cost yet is missed most. */
function choicesOf({ change: { corrections }, afterRequest }: Sweep): CallChoice[] {
  const pending = { status: 'pending', endedFrom: -Infinity, orgIds: null, afterRequest } as const;
  return corrections ? [pending, { status: 'priced', ...corrections, afterRequest }] : [pending];
}

function byDay(groups: readonly CallGroup[]): Map<number, CallGroup[]> {
  const days = new Map<number, CallGroup[]>();
  for (const group of groups) days.set(group.day, [...(days.get(group.day) ?? []), group]);
  return days;
}

async function sweepDay(
  sweep: Sweep,
  day: number,
  choice: CallChoice,
  groups: readonly CallGroup[],
): Promise<boolean> {
  const slices = (await sliceGroups(sweep.db, day, choice, groups)).values();
  let complete = true;
  const work = async (): Promise<void> => {
    for (const slice of slices) if (!(await sweepSlice(sweep, slice, choice, groups))) complete = false;
  };
  // One prices while the database writes for the other.
  await allEnded([work(), work()]);
  return complete;
}

async function sweepSlice(
  { db, change, visit }: Sweep,
  slice: CallSlice,
  choice: CallChoice,
  groups: readonly CallGroup[],
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const changes = changesOf(await readGroups(db, slice, choice, groups), change);
    if (changes.length === 0 || (await visit(changes, choice.status)) === 0) return true;
  }
  return false;
}

function changesOf(rows: readonly StoredRow[], change: PriceChange): RowChange[] {
  return rows.flatMap((before) => {
    const after = change.apply(before);
    return after ? [{ before, after }] : [];
  });
}
