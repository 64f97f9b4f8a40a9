import type { Db } from '../db/db.js';
import type { Step } from '../jobs/step.js';
import { checkpoint, vacuumAnalyze } from './store.js';

const VACUUM_EVERY_MS = 3_600_000;

export interface UpkeepDeps {
  readonly db: Pick<Db, 'engine' | 'query'>;
  /** Unix ms. */
  readonly clock: () => number;
}

/** What a server's background processes do: the embedded engine has none, and its folder would grow without bound. */
export function createUpkeepStep({ db, clock }: UpkeepDeps): Step {
  let vacuumedAt = -Infinity;
  return {
    name: 'upkeep',
    async run() {
      if (db.engine === 'server') return null;
      await checkpoint(db);
      const due = clock() - vacuumedAt >= VACUUM_EVERY_MS;
      if (due) {
        await vacuumAnalyze(db);
        vacuumedAt = clock();
      }
      return due ? { vacuumed: true } : null;
    },
  };
}
