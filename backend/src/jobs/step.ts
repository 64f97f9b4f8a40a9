/** Counts and facts of one run, as job_runs.detail keeps them. Money as decimal text. */
export type StepDetail = Readonly<Record<string, number | string | boolean | null>>;

export interface StepContext {
  /** Aborted when the process stops: a long step then ends after the UTC day it is at. */
  readonly signal: AbortSignal;
  /** An operator asked for it by hand and lifts the guards against a wrong clock. */
  readonly forced: boolean;
}

/**
 * One step of the pipeline. It works from what the database says is outstanding, so that it may be killed between any
 * two statements and simply runs again. Long steps commit day by day.
 */
export interface Step {
  readonly name: string;
  /** @returns what it did; null when there was nothing to do */
  run(context: StepContext): Promise<StepDetail | null>;
}
