import type { Db, Logger } from '../db/db.js';
import { describeFailure } from './step-failure.js';
import type { Step, StepContext, StepDetail } from './step.js';
import { deleteIdleRunsBefore, finishRun, insertRun } from './store.js';

/**
 * What became of a step in one run of the pipeline. `idle`: there was nothing to do. `blocked`: a step it needs failed,
 * or the run was stopped before it.
 */
export interface StepRun {
  readonly job: string;
  readonly outcome: 'done' | 'idle' | 'failed' | 'blocked';
  readonly durationMs: number;
  readonly error: string | null;
  readonly detail: StepDetail | null;
}

export interface RunStepDeps {
  readonly db: Db;
  readonly logger: Logger;
}

/** Runs one step and leaves its row in job_runs. Never rejects: a failure is recorded, logged and returned. */
export async function runStep(
  step: Step,
  context: StepContext,
  { db, logger }: RunStepDeps,
): Promise<StepRun> {
  const job = step.name;
  const started = performance.now();
  const ended = (run: Omit<StepRun, 'job' | 'durationMs'>): StepRun => ({
    job,
    durationMs: Math.round(performance.now() - started),
    ...run,
  });
  let id: string | null = null;
  try {
    id = await insertRun(db, job);
    const detail = await step.run(context);
    await finishRun(db, id, { outcome: 'done', error: null, detail });
    if (detail === null) await deleteIdleRunsBefore(db, job, id);
    return ended({ outcome: detail === null ? 'idle' : 'done', error: null, detail });
  } catch (error) {
    const text = context.signal.aborted
      ? `stopped before its end (${reasonOf(context.signal)}); the next run takes up the work`
      : describeFailure(error);
    logger.warn({ err: error, job }, 'a step of the pipeline failed; the next run takes up its work');
    const recording =
      id === null ? null : finishRun(db, id, { outcome: 'failed', error: text, detail: null });
    // The row then stays "running" until the next run finds it.
    await recording?.catch((err: unknown) => logger.warn({ err, job }, 'the failure could not be recorded'));
    return ended({ outcome: 'failed', error: text, detail: null });
  }
}

const reasonOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : 'aborted');
