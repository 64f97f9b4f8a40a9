import cron from 'node-cron';
import type { Logger } from 'pino';
import type { Db } from './db/db.js';
import { createSingleFlight } from './jobs/single-flight.js';
import type { PriceBookService } from './price-book/price-book.js';
import type { Refresher } from './rollup/refresh.js';
import { checkpoint, vacuumAnalyze } from './rollup/store.js';

export interface BackgroundDeps {
  readonly db: Db;
  readonly refresher: Refresher;
  readonly prices: Pick<PriceBookService, 'load'>;
  readonly logger: Logger;
}

/** The jobs: started by main, stopped before the database closes. */
export function startBackground({ db, refresher, prices, logger }: BackgroundDeps): {
  stop(): Promise<void>;
} {
  const everyMinute = createSingleFlight(
    async () => {
      // Another replica may have recorded prices.
      await prices.load();
      await refresher.refresh();
      if (db.engine === 'embedded') await checkpoint(db);
    },
    (error) => logger.warn({ err: error }, 'the job of this minute failed; the next one takes up its work'),
  );
  const everyHour = createSingleFlight(
    async () => {
      if (db.engine === 'embedded') await vacuumAnalyze(db);
    },
    (error) => logger.warn({ err: error }, 'vacuum failed; it is tried again in an hour'),
  );
  const options = { timezone: 'Etc/UTC' };
  const tasks = [
    cron.schedule('* * * * *', () => everyMinute.trigger(), { ...options, name: 'refresh' }),
    cron.schedule('17 * * * *', () => everyHour.trigger(), { ...options, name: 'vacuum' }),
  ];
  everyMinute.trigger();
  return {
    async stop() {
      for (const task of tasks) await task.stop();
      await Promise.all([everyMinute.stop(), everyHour.stop()]);
    },
  };
}
