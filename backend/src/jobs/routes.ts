import { z } from 'zod';
import { refuseBound } from '../access/allowed.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import type { Backlog } from './backlog-store.js';
import type { HealthReader } from './health-reader.js';
import { PIPELINES, type Pipeline } from './pipeline.js';
import type { StepRun } from './run-step.js';
import { nextRunAt } from './schedule.js';
import type { JobState } from './store.js';

const Time = z.iso.datetime().nullable();
const Detail = z
  .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
  .nullable()
  .meta({ description: 'Counts of what was done; null: there was nothing to do.' });

const Job = z
  .object({
    name: z.string(),
    pipeline: z.enum(PIPELINES),
    last_run: z
      .object({
        outcome: z.enum(['running', 'done', 'failed']),
        started_at: z.iso.datetime(),
        finished_at: Time,
        duration_ms: z.number().nullable(),
        error: z.string().nullable(),
        detail: Detail,
      })
      .nullable(),
    last_success_at: Time,
    next_run_at: z.iso.datetime().meta({ description: 'By the clock, while a server runs.' }),
  })
  .meta({ id: 'Job' });

const BacklogBody = z
  .object({
    pending_calls: z.number(),
    oldest_pending_at: Time,
    unsettled_requests: z.number(),
    days_to_close: z.number(),
    days_to_retire: z.number(),
    oldest_raw_day: Time,
    days_with_differences: z.number().meta({ description: 'Days whose last check did not come out at 0.' }),
    priced_calls_24h: z.number(),
    pending_calls_24h: z.number(),
  })
  .meta({ id: 'JobsBacklog' });

export const Jobs = z.object({ jobs: z.array(Job), backlog: BacklogBody }).meta({ id: 'Jobs' });

const Run = z
  .object({
    job: z.string(),
    outcome: z
      .enum(['done', 'idle', 'failed', 'blocked'])
      .meta({ description: 'idle: nothing to do. blocked: a job it needs failed in this run.' }),
    duration_ms: z.number(),
    error: z.string().nullable(),
    detail: Detail,
  })
  .meta({ id: 'JobRun' });

export interface JobRoutesDeps {
  readonly pipeline: Pick<Pipeline, 'jobs' | 'run'>;
  readonly health: HealthReader;
  readonly clock: () => number;
}

/** `/api/v1/jobs`: what the jobs did and what waits for them, and running one now. */
export function createJobRoutes({ pipeline, health, clock }: JobRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/jobs',
      tag: 'Operations',
      scope: 'read',
      summary: 'Last and next run of every job, and their backlog',
      description:
        'At most 10 seconds old. Tells about all organisations together, so a key bound to one may not read it.',
      responses: {
        200: { description: 'Every job, in the order they run.', schema: Jobs },
        503: { description: 'The database does not answer.' },
      },
      async handle({ caller }) {
        refuseBound(caller, 'Jobs');
        const found = await health();
        if (!found) {
          throw new Problem(
            503,
            'database_away',
            'The database does not answer. Try again in a few seconds.',
            {
              retryAfter: 5,
            },
          );
        }
        const states = new Map(found.jobs.map((state) => [state.job, state]));
        const jobs = pipeline.jobs.map(({ name, pipeline: own }) => ({
          name,
          pipeline: own,
          ...stateBody(states.get(name)),
          next_run_at: new Date(nextRunAt(own, clock())).toISOString(),
        }));
        return { body: { jobs, backlog: backlogBody(found.backlog) } satisfies z.input<typeof Jobs> };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/jobs/:name/run',
      tag: 'Operations',
      scope: 'admin',
      summary: 'Run a job now',
      description:
        'Answers when it has ended; it goes on when the caller goes away. `minute` and `night` run all their jobs.',
      params: z.object({ name: z.string() }),
      body: z.strictObject({
        force: z.boolean().default(false).meta({ description: 'Lift the guards against a wrong clock.' }),
      }),
      responses: {
        200: { description: 'What became of it, failed or not.', schema: z.object({ runs: z.array(Run) }) },
        404: { description: 'There is no such job.' },
        409: { description: 'Jobs are running already, here or in another replica.' },
      },
      async handle({ params: { name }, body: { force } }) {
        const names = [...pipeline.jobs.map((job) => job.name), ...PIPELINES];
        if (!names.includes(name)) {
          throw new Problem(
            404,
            'no_such_job',
            `There is no job with this name. There are ${names.join(', ')}.`,
          );
        }
        const runs = await pipeline.run(name, { forced: force });
        if (runs) return { body: { runs: runs.map(runBody) } };
        throw new Problem(
          409,
          'jobs_running',
          'Jobs are running already, here or in another replica. Try again when they have ended: GET /api/v1/jobs.',
          { retryAfter: 10 },
        );
      },
    }),
  ];
}

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

function stateBody(state: JobState | undefined): Pick<z.input<typeof Job>, 'last_run' | 'last_success_at'> {
  const run = state?.lastRun ?? null;
  return {
    last_run: run && {
      outcome: run.outcome,
      started_at: run.startedAt.toISOString(),
      finished_at: iso(run.finishedAt),
      duration_ms: run.durationMs,
      error: run.error,
      detail: run.detail,
    },
    last_success_at: iso(state?.lastSuccessAt ?? null),
  };
}

const backlogBody = (backlog: Backlog): z.input<typeof BacklogBody> => ({
  pending_calls: backlog.pendingCalls,
  oldest_pending_at: iso(backlog.oldestPendingAt),
  unsettled_requests: backlog.unsettledRequests,
  days_to_close: backlog.daysToClose,
  days_to_retire: backlog.daysToRetire,
  oldest_raw_day: iso(backlog.oldestRawDay),
  days_with_differences: backlog.daysWithDifferences,
  priced_calls_24h: backlog.pricedCalls24h,
  pending_calls_24h: backlog.pendingCalls24h,
});

const runBody = ({ job, outcome, durationMs, error, detail }: StepRun): z.input<typeof Run> => ({
  job,
  outcome,
  duration_ms: durationMs,
  error,
  detail,
});
