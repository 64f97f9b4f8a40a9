import type { Logger } from '../db.js';
import type { Engine } from './engine.js';

/** Attempts in a row to bring the engine back without one successful batch between them. */
const MAX_REOPENS = 5;

/** SQLSTATE system_error: the engine does not come back, repeating is useless. */
export const ENGINE_GONE = '58000';

/** Keeps one engine running: opens another after a fatal error, but not for ever. */
export interface EngineKeeper {
  /** The engine to use now. Rejects with code `ENGINE_GONE` when there will be none any more. */
  readonly engine: () => Promise<Engine>;
  readonly reportFailure: (error: unknown) => void;
  readonly reportSuccess: () => void;
  /** Ends the engine now; the next is opened when it is asked for. Unlike a failure this may happen as often as it must. */
  readonly restart: (reason: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface EngineKeeperDeps {
  /** Opens the database for the first time. */
  readonly start: () => Promise<Engine>;
  /** Opens it again after a failure; null where nothing would be left of it. */
  readonly reopen: (() => Promise<Engine>) | null;
  readonly logger: Logger;
}

/** Starts the engine. @throws as `start` */
export async function createEngineKeeper({ start, reopen, logger }: EngineKeeperDeps): Promise<EngineKeeper> {
  let current: Promise<Engine> = Promise.resolve(await start());
  let failed = false;
  let deliberate = false;
  let reopens = 0;

  const terminate = (engine: Promise<Engine>): Promise<void> =>
    engine.then(
      (running) => running.terminate(),
      () => undefined,
    );

  async function replace(last: Promise<Engine>): Promise<Engine> {
    // First the old one must end: two engines on one folder lose each other's rows.
    await terminate(last);
    if (!reopen) throw gone('it ran in memory, so its data is gone: restart the process');
    if (!deliberate && reopens >= MAX_REOPENS) {
      throw gone(`opening it again ${MAX_REOPENS} times did not help: see the log, then restart the process`);
    }
    if (!deliberate) reopens += 1;
    deliberate = false;
    logger.warn({ attempt: reopens }, 'opening the embedded engine again');
    return reopen();
  }

  return {
    engine: () => {
      if (failed) {
        failed = false;
        current = replace(current);
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
    restart: async (reason) => {
      logger.warn({ reason }, 'the embedded engine is stopped');
      deliberate = !failed || deliberate;
      failed = true;
      await terminate(current);
    },
    close: async () => {
      if (failed) await terminate(current);
      else await (await current).close();
    },
  };
}

function gone(reason: string): Error {
  return Object.assign(new Error(reason), { code: ENGINE_GONE });
}
