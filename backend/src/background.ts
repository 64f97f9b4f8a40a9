import cron from 'node-cron';
import type { Logger } from 'pino';
import type { Pipeline } from './jobs/pipeline.js';
import { SCHEDULE } from './jobs/schedule.js';
import { createSingleFlight } from './jobs/single-flight.js';
import type { PriceBookService } from './price-book/price-book.js';

export interface BackgroundDeps {
  readonly pipeline: Pick<Pipeline, 'now' | 'night' | 'stop'>;
  readonly prices: Pick<PriceBookService, 'load'>;
  readonly logger: Logger;
}

/** The jobs by the clock: started by the server, stopped before the database closes. */
export function startBackground({ pipeline, prices, logger }: BackgroundDeps): { stop(): Promise<void> } {
  const everyMinute = createSingleFlight(
    async () => {
      try {
        // Another replica may have recorded prices, and this one may get no turn at the pipeline.
        await prices.load();
      } finally {
        pipeline.now();
      }
    },
    (err) =>
      logger.warn({ err }, 'the prices could not be read again; the ones known stay in use for this minute'),
  );
  const options = { timezone: 'Etc/UTC' };
  const tasks = [
    cron.schedule(SCHEDULE.minute, () => everyMinute.trigger(), { ...options, name: 'minute' }),
    cron.schedule(SCHEDULE.night, () => pipeline.night(), { ...options, name: 'night' }),
  ];
  everyMinute.trigger();
  return {
    async stop() {
      for (const task of tasks) await task.stop();
      await Promise.all([everyMinute.stop(), pipeline.stop()]);
    },
  };
}
