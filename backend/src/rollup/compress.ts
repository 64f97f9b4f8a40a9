import type { Db } from '../db/db.js';
import type { Step } from '../jobs/step.js';
import { compressDay, uncompressedDays } from './compress-store.js';

const DAY_MS = 86_400_000;
/** By then prices and usage have settled: a change in a compressed day decompresses what it touches. */
const AFTER_CLOSING_MS = 7 * DAY_MS;

export interface CompressDeps {
  readonly db: Db;
  /** A UTC day is closed this long after its end. */
  readonly closeAfterMs: number;
}

/** Compresses the raw events of UTC days a week after they were closed: 270 to 50 bytes a row. */
export const createCompressStep = ({ db, closeAfterMs }: CompressDeps): Step => ({
  name: 'compress',
  async run({ signal }) {
    let compressed = 0;
    for (const day of await uncompressedDays(db, closeAfterMs + AFTER_CLOSING_MS)) {
      if (signal.aborted) break;
      await compressDay(db, day);
      compressed += 1;
    }
    return compressed === 0 ? null : { compressed };
  },
});
