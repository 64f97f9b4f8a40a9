import type { Config } from './config.js';
import type { Db } from './db/db.js';
import type { EventStore } from './event-store/event-store.js';
import type { PipelineDeps } from './jobs/pipeline.js';
import type { Step } from './jobs/step.js';
import type { PriceBookService } from './price-book/price-book.js';
import { createCheckStep } from './rollup/check.js';
import { databaseNow } from './rollup/close-store.js';
import { createCloseStep } from './rollup/close.js';
import { createCompressStep } from './rollup/compress.js';
import { createRefreshStep, type Refresher } from './rollup/refresh.js';
import { createRetireStep } from './rollup/retire.js';
import { createSettle } from './settle/settle.js';
import { createUpkeepStep } from './rollup/upkeep.js';

export interface StepsDeps {
  readonly config: Config;
  readonly db: Db;
  readonly events: EventStore;
  readonly prices: PriceBookService;
  readonly refresher: Refresher;
  readonly reprice: Step;
}

/** The steps of both pipelines, in the order they run, and what must not run after which of them failed. */
export function createSteps(deps: StepsDeps): Pick<PipelineDeps, 'steps' | 'blocks'> {
  const { config, db, events, prices, refresher, reprice } = deps;
  const closing = { db, refresher, databaseNow: () => databaseNow(db), closeAfterMs: config.closeAfter };
  const loadBook = async () => {
    await prices.load();
    return prices.current();
  };
  const settle = createSettle({ db, events, loadBook });
  return {
    steps: {
      minute: [
        settle,
        reprice,
        createRefreshStep(refresher),
        createCheckStep({ db, refresher }),
        ...(db.engine === 'embedded' ? [createUpkeepStep({ db, clock: Date.now })] : []),
      ],
      night: [
        createCloseStep({ ...closing, loadBook }),
        createCompressStep(closing),
        createRetireStep({
          ...closing,
          settle,
          rawRetentionMs: config.rawRetention,
          aggregateRetentionMs: config.aggregateRetention,
          quarantineRetentionMs: config.quarantineRetention,
          lateEventsMaxAgeMs: config.lateEventsMaxAge,
        }),
      ],
    },
    // A check of an aggregate that was not refreshed finds differences that are none; a day goes on the word of its
    // closing only.
    blocks: { refresh: ['check'], close: ['retire'] },
  };
}
