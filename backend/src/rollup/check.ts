import type { Db } from '../db/db.js';
import type { Step } from '../jobs/step.js';
import {
  daysToCheck,
  findDifferences,
  noteChecked,
  recordCheck,
  type CheckKind,
  type Difference,
} from './check-store.js';
import type { Refresher } from './refresh.js';

/** `changing`: rows were committed between the refresh and each look; the next check tells. */
export type Verdict = 'equal' | 'different' | 'changing';

export interface CheckDeps {
  readonly db: Db;
  readonly refresher: Pick<Refresher, 'refresh'>;
}

const LOOKS = 3;

/**
 * Proves that a UTC day adds up, and records what was found. Never repairs anything. A row that was committed after the
 * aggregate's refresh looks like a difference: only one that stays the same through refreshes is one.
 */
export async function checkDay(
  db: Db,
  day: number,
  kind: CheckKind,
  refresh: () => Promise<void>,
): Promise<Verdict> {
  let lasting = await findDifferences(db, day);
  for (let look = 1; look < LOOKS && lasting.length > 0; look += 1) {
    await refresh();
    const now = await findDifferences(db, day);
    const seen = new Set(lasting.map(text));
    lasting = now.filter((difference) => seen.has(text(difference)));
    if (now.length > 0 && lasting.length === 0) return 'changing';
  }
  await recordCheck(db, day, kind, lasting);
  return lasting.length > 0 ? 'different' : 'equal';
}

const text = (difference: Difference): string => JSON.stringify(difference);

/** The minute's check: days that were touched, and each other stored day in its turn. */
export function createCheckStep({ db, refresher }: CheckDeps): Step {
  return {
    name: 'check',
    async run({ signal }) {
      const { days, upTo } = await daysToCheck(db);
      const found: Record<Verdict, number> = { equal: 0, different: 0, changing: 0 };
      for (const day of days) {
        if (signal.aborted) return found;
        found[await checkDay(db, day, 'refresh', refresher.refresh)] += 1;
      }
      if (days.length === 0) return null;
      await noteChecked(db, upTo);
      return found;
    },
  };
}
