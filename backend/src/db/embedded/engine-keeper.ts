import type { Logger } from '../db.js';
import { startEngine, type Engine, type EngineOptions } from './engine.js';

/** Attempts in a row to bring the engine back without one successful batch between them. */
const MAX_REOPENS = 5;

/** Keeps one engine running: opens another after a fatal error, but not for ever. */
export interface EngineKeeper {
  readonly engine: () => Promise<Engine>;
  readonly reportFailure: (error: unknown) => void;
  readonly reportSuccess: () => void;
  readonly close: () => Promise<void>;
}

/** Starts the engine. @throws as `startEngine` */
export async function createEngineKeeper(options: EngineOptions, logger: Logger): Promise<EngineKeeper> {
  let current: Promise<Engine> = startEngine(options).then((engine) => engine);
  let failed = false;
  let reopens = 0;
  await current;

  async function reopen(last: Promise<Engine>): Promise<Engine> {
    // What the dead thread did not write is gone; two engines on one folder would lose each other's rows.
    await last.then(
      (engine) => engine.terminate(),
      () => undefined,
    );
    if (options.dataDir === null)
      throw new Error('it ran in memory, so its data is gone: restart the process');
    if (reopens >= MAX_REOPENS) {
      throw new Error(
        `${MAX_REOPENS} restarts in a row did not help: restart the process and look at the log`,
      );
    }
    reopens += 1;
    logger.warn({ attempt: reopens }, 'opening the embedded engine again');
    return startEngine({ ...options, template: null });
  }

  return {
    engine: () => {
      if (failed) {
        failed = false;
        current = reopen(current);
      }
      return current;
    },
    reportFailure: (error) => {
      failed = true;
      logger.error({ err: error }, 'the embedded engine failed');
    },
    reportSuccess: () => {
      reopens = 0;
    },
    close: async () => {
      if (failed) return;
      await (await current).close();
    },
  };
}
