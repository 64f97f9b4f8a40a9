import { errorCode } from '../db/error-parts.js';
import { isRetryable } from '../db/is-retryable.js';

/** A step will not go on until somebody acts. Its message is written for the operator, shown and stored as it is. */
export class StepRefusal extends Error {
  override readonly name = 'StepRefusal';
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** A failure in words for job_runs, the API and the terminal: no SQL, no data, no stack. The log has the error itself. */
export function describeFailure(error: unknown): string {
  if (error instanceof StepRefusal) return error.message;
  if (isRetryable(error)) return 'the database did not answer or was busy; the next run takes up the work';
  const code = errorCode(error);
  const what = SQLSTATE.test(code)
    ? `the database refused a statement (SQLSTATE ${code})`
    : 'unexpected error';
  return `${what}; the log has it at this time. The next run tries again`;
}
