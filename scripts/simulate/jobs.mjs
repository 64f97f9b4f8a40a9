import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a job to its end, somebody else's run first. @param {import('./product.mjs').Product} product @param {string} name */
export async function runJob(product, name) {
  for (;;) {
    const answer = await product.call('POST', `/api/v1/jobs/${name}/run`, {});
    if (answer.status === 200) return answer.body;
    if (answer.status === 404) return null;
    if (answer.status !== 409)
      throw new Error(`job ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await sleep(200);
  }
}
