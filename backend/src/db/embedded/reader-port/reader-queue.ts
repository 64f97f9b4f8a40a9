import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine.js';
import type { EngineKeeper } from '../engine-keeper.js';
import type { EngineLease } from '../engine-lease.js';
import { errorFrame } from './answers.js';
import { clientPart, guardedBytes, type GuardedBatch, type GuardedLimits } from './guarded-batch.js';

export interface ReaderQueueOptions extends GuardedLimits {
  readonly role: string;
  /** How long one batch may hold the engine, in milliseconds. */
  readonly runMs: number;
  /** How long no batch of a reader runs after the engine was stopped for one. */
  readonly pauseMs: number;
}

export interface ReaderQueue {
  /** Runs a batch after those before it; `wanted` is asked when its turn has come. */
  readonly run: (batch: GuardedBatch, wanted: () => boolean) => Promise<Buffer>;
}

/**
 * Readers take the engine one after another, so that what ingest sends waits for one of them at most. The engine cannot be
 * interrupted: a batch that runs too long costs it its thread, and another is opened on the same folder. What was committed
 * is there, and nobody else was in a transaction: the engine had been idle when the batch began.
 */
export function createReaderQueue(
  lease: Pick<EngineLease, 'exclusively' | 'forgetSession'>,
  keeper: Pick<EngineKeeper, 'restart'>,
  options: ReaderQueueOptions,
): ReaderQueue {
  let last: Promise<unknown> = Promise.resolve();
  /** After the engine was stopped others have it for a while. */
  let pause: Promise<unknown> = Promise.resolve();

  async function runNow(batch: GuardedBatch): Promise<Buffer> {
    let late = false;
    const answer = await lease
      .exclusively(async (engine) => {
        const timer = setTimeout(() => {
          late = true;
          void engine.terminate();
        }, options.runMs);
        try {
          return await attempt(engine, batch);
        } finally {
          clearTimeout(timer);
        }
      })
      .catch(() => null);
    return answer ?? failed(late);
  }

  /** Null: the session is not what it was. Another engine is asked for before anybody else has his turn. */
  async function attempt(engine: Engine, batch: GuardedBatch): Promise<Buffer | null> {
    try {
      return clientPart(await engine.exec(guardedBytes(batch, options.role)), batch, options);
    } catch {
      await keeper.restart('a reader statement ran too long, or ended the engine');
      lease.forgetSession();
      pause = sleep(options.pauseMs);
      return null;
    }
  }

  const failed = (late: boolean): Buffer =>
    late
      ? errorFrame('57014', `canceling statement: it ran longer than ${options.runMs / 1000} s`)
      : errorFrame('57P01', 'the statement ended the embedded engine');

  return {
    run: (batch, wanted) => {
      const turn = last.then(async () => {
        if (!wanted()) return errorFrame('57014', 'canceling statement due to user request');
        return runNow(batch);
      });
      last = turn.catch(() => undefined).then(() => pause);
      return turn;
    },
  };
}
