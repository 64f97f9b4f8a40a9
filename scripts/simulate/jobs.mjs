import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ job: string, outcome: string, error: string | null, detail: Record<string, any> | null }} JobRun */

/** A database that went away fails some runs; what fails for longer is broken. */
const PATIENCE_MS = 60_000;

/** Runs a job to its end, somebody else's run first, and again while it fails. @param {import('./product.mjs').Product} product @param {string} name @returns {Promise<JobRun[]>} */
export async function runJob(product, name) {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const { status, body } = await product.call('POST', `/api/v1/jobs/${name}/run`, {});
    if (status === 200) {
      const failed = body.runs.filter((/** @type {JobRun} */ run) => run.outcome === 'failed');
      if (failed.length === 0) return body.runs;
      if (Date.now() > giveUp)
        throw new Error(
          `job ${name}: ${failed.map((/** @type {JobRun} */ run) => `${run.job}: ${run.error}`).join('; ')}`,
        );
    } else if (status !== 409) throw new Error(`job ${name}: ${status} ${JSON.stringify(body)}`);
    await sleep(200);
  }
}
