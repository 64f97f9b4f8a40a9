import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ job: string, outcome: string, error: string | null, detail: Record<string, any> | null }} JobRun */

/** A database that went away fails a run or two; what fails more often is broken. */
const MOST_TRIES = 10;

/** Runs a job to its end, somebody else's run first, and again while it fails. @param {import('./product.mjs').Product} product @param {string} name @returns {Promise<JobRun[]>} */
export async function runJob(product, name) {
  for (let tries = 1; ;) {
    const { status, body } = await product.call('POST', `/api/v1/jobs/${name}/run`, {});
    if (status === 200) {
      const failed = body.runs.filter((/** @type {JobRun} */ run) => run.outcome === 'failed');
      if (failed.length === 0) return body.runs;
      if (tries === MOST_TRIES)
        throw new Error(
          `job ${name}: ${failed.map((/** @type {JobRun} */ run) => `${run.job}: ${run.error}`).join('; ')}`,
        );
      tries += 1;
    } else if (status !== 409) throw new Error(`job ${name}: ${status} ${JSON.stringify(body)}`);
    await sleep(200);
  }
}
