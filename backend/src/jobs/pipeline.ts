import type { Db, Logger } from '../db/db.js';
import { createPipelineLock } from './pipeline-lock.js';
import { runStep, type StepRun } from './run-step.js';
import { createSingleFlight } from './single-flight.js';
import type { Step } from './step.js';
import { failAbandonedRuns } from './store.js';

export const PIPELINES = ['minute', 'night'] as const;
export type PipelineName = (typeof PIPELINES)[number];

export interface PipelineDeps {
  readonly db: Db;
  /** In the order they run. */
  readonly steps: Readonly<Record<PipelineName, readonly Step[]>>;
  /** What must not run in the same run after a step failed: `{ refresh: ['check'] }`. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
  readonly logger: Logger;
  /** Told of every step that ended. */
  readonly onRun?: (run: StepRun) => void;
  /** How long to wait for another replica, in milliseconds. */
  readonly patienceMs?: number | undefined;
}

export interface Pipeline {
  /** The steps and their pipelines, in order. */
  readonly jobs: readonly { readonly name: string; readonly pipeline: PipelineName }[];
  /** Runs the steps of every minute as soon as nobody else does; asked again meanwhile, once more. Never rejects. */
  now(): void;
  /** The same for the steps of the night. */
  night(): void;
  /**
   * Runs a step, or all of a pipeline, and waits for the end.
   * @returns null when somebody else was running steps all the time, or the process stops
   * @throws RangeError for a name that is none
   */
  run(name: string, options: { readonly forced: boolean }): Promise<readonly StepRun[] | null>;
  /** Stops the step under way at its next safe place, waits for it, and runs no more. */
  stop(): Promise<void>;
}

/** One pipeline at a time, over all replicas. A step that fails is recorded and stops only the steps it blocks. */
export function createPipeline(deps: PipelineDeps): Pipeline {
  const { db, steps, blocks, logger, onRun } = deps;
  const lock = createPipelineLock({ db, patienceMs: deps.patienceMs });
  const jobs = PIPELINES.flatMap((pipeline) => steps[pipeline].map(({ name }) => ({ name, pipeline })));

  async function runInOrder(
    wanted: readonly Step[],
    forced: boolean,
    signal: AbortSignal,
  ): Promise<StepRun[]> {
    const abandoned = await failAbandonedRuns(db);
    if (abandoned.length > 0) logger.warn({ jobs: abandoned }, 'runs were found whose process had ended');
    const runs: StepRun[] = [];
    const blocked = new Map<string, string>();
    for (const step of wanted) {
      const why = signal.aborted ? 'the run was stopped before it' : blocked.get(step.name);
      const run = why === undefined ? await runStep(step, { signal, forced }, deps) : blockedRun(step, why);
      if (run.outcome === 'failed' || run.outcome === 'blocked') {
        for (const name of blocks[step.name] ?? []) blocked.set(name, `it needs ${step.name}, which failed`);
      }
      runs.push(run);
      onRun?.(run);
    }
    return runs;
  }

  async function runLocked(wanted: readonly Step[], forced: boolean): Promise<readonly StepRun[] | null> {
    const held = await lock.hold((signal) => runInOrder(wanted, forced, signal));
    return held?.result ?? null;
  }

  const flight = (pipeline: PipelineName) =>
    createSingleFlight(
      async () => void (await runLocked(steps[pipeline], false)),
      (err) => logger.warn({ err, pipeline }, 'the pipeline could not run; it is tried again by itself'),
    );
  const flights = { minute: flight('minute'), night: flight('night') };

  return {
    jobs,
    now: flights.minute.trigger,
    night: flights.night.trigger,
    run: async (name, { forced }) => runLocked(stepsNamed(name, steps), forced),
    async stop() {
      await Promise.all([lock.stop(), flights.minute.stop(), flights.night.stop()]);
    },
  };
}

function stepsNamed(name: string, steps: PipelineDeps['steps']): readonly Step[] {
  const pipeline = PIPELINES.find((one) => one === name);
  if (pipeline) return steps[pipeline];
  const step = PIPELINES.flatMap((one) => steps[one]).find((one) => one.name === name);
  if (!step) throw new RangeError(`there is no job ${name}`);
  return [step];
}

const blockedRun = (step: Step, error: string): StepRun => ({
  job: step.name,
  outcome: 'blocked',
  durationMs: 0,
  error,
  detail: null,
});
