import type { Db } from './db/db.js';
import type { PipelineDeps } from './jobs/pipeline.js';
import type { Step } from './jobs/step.js';
import type { Refresher } from './rollup/refresh.js';
import { checkpoint } from './rollup/store.js';

export interface StepsDeps {
  readonly db: Db;
  readonly refresher: Refresher;
}

/** The steps of both pipelines, in the order they run, and which of them need which. */
export function createSteps({ db, refresher }: StepsDeps): Pick<PipelineDeps, 'steps' | 'blocks'> {
  const refresh: Step = {
    name: 'refresh',
    run: async () => {
      await refresher.refresh();
      return null;
    },
  };
  const upkeep: Step = {
    name: 'upkeep',
    run: async () => {
      await checkpoint(db);
      return null;
    },
  };
  return {
    steps: { minute: [refresh, ...(db.engine === 'embedded' ? [upkeep] : [])], night: [] },
    // A check of an aggregate that was not refreshed finds differences that are none; a day is retired on the word of
    // its closing.
    blocks: { refresh: ['check'], close: ['retire'] },
  };
}
