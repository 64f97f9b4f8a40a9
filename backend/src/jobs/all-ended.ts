/**
 * Waits until all have ended, then throws what the first of them failed with. With `Promise.all` the others would go on
 * writing behind a step that is recorded as failed.
 */
export async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}
