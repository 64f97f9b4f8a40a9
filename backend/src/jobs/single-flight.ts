export interface SingleFlight {
  /** Starts a run, or asks for one more when one is under way. Never rejects. */
  trigger(): void;
  /** Starts no more runs and waits for the one under way. */
  stop(): Promise<void>;
}

/**
 * Runs `work` one at a time. node-cron's own `noOverlap` does not hold for an immediate start, and its `stop` returns
 * while a run is still going (measured with 4.6.0).
 */
export function createSingleFlight(
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): SingleFlight {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await work();
      } catch (error) {
        onError(error);
      }
    } while (again && !stopped);
    running = null;
  };

  return {
    trigger() {
      if (stopped) return;
      if (running) again = true;
      else running = run();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
