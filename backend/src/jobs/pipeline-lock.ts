import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Db } from '../db/db.js';
import { assertSessionLives, tryLockPipeline, unlockPipeline } from './store.js';

/** How long who wants the lock waits for it. A run of every minute takes less; whoever waits longer tries again later. */
const PATIENCE_MS = 10_000;
const POLL_MS = 100;
/** A session that ended has given the lock to the next replica: the time two of them may work side by side. */
const HEARTBEAT_MS = 1_000;

export interface PipelineLock {
  /**
   * Runs `work` while nobody else does, of this process and of all replicas. Its signal is aborted when the lock is lost
   * with its connection, or by `stop`.
   * @returns null when somebody else held the lock for too long, or after `stop`
   */
  hold<T>(work: (signal: AbortSignal) => Promise<T>): Promise<{ readonly result: T } | null>;
  /** Aborts the work under way, waits for its end, and lets no other begin. */
  stop(): Promise<void>;
}

export interface PipelineLockDeps {
  readonly db: Pick<Db, 'engine' | 'withConnection'>;
  readonly patienceMs?: number | undefined;
}

export function createPipelineLock({ db, patienceMs = PATIENCE_MS }: PipelineLockDeps): PipelineLock {
  let current: { readonly abort: AbortController; readonly end: Promise<unknown> } | null = null;
  let stopped = false;

  const mayWait = async (giveUpAt: number): Promise<boolean> => {
    if (stopped || performance.now() >= giveUpAt) return false;
    await sleep(POLL_MS);
    return !stopped;
  };

  async function holdSession<T>(
    abort: AbortController,
    giveUpAt: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ result: T } | null> {
    // The embedded engine has one session, in which advisory locks exclude nobody, and one process: `current` is enough.
    if (db.engine === 'embedded') return { result: await work(abort.signal) };
    return db.withConnection(async (connection) => {
      while (!(await tryLockPipeline(connection))) if (!(await mayWait(giveUpAt))) return null;
      const heart = startHeartbeat(connection, abort);
      try {
        return { result: await work(abort.signal) };
      } finally {
        await heart.stop();
        // Fails only when the session is gone, and the lock with it.
        await unlockPipeline(connection).catch(() => undefined);
      }
    });
  }

  return {
    async hold(work) {
      const giveUpAt = performance.now() + patienceMs;
      while (current !== null || stopped) if (!(await mayWait(giveUpAt))) return null;
      // Nothing is awaited between the look at `current` and this: it is the mutex of the process.
      const abort = new AbortController();
      const run = holdSession(abort, giveUpAt, work);
      current = { abort, end: run };
      try {
        return await run;
      } finally {
        current = null;
      }
    },
    async stop() {
      stopped = true;
      current?.abort.abort(new Error('the process stops'));
      // How it ended is told to who began it.
      await current?.end.catch(() => undefined);
    },
  };
}

/** Asks after the session until stopped; aborts when it is gone. */
function startHeartbeat(connection: Connection, abort: AbortController): { stop(): Promise<void> } {
  const done = new AbortController();
  const beat = async (): Promise<void> => {
    while (!done.signal.aborted && !abort.signal.aborted) {
      try {
        await assertSessionLives(connection);
      } catch (cause) {
        abort.abort(new Error('the connection that held the lock was lost', { cause }));
        return;
      }
      await sleep(HEARTBEAT_MS, undefined, { signal: done.signal }).catch(() => undefined);
    }
  };
  const beating = beat();
  return {
    async stop() {
      done.abort();
      await beating;
    },
  };
}
