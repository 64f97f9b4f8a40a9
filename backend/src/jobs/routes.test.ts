import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import type { Backlog } from './backlog-store.js';
import type { JobsHealth } from './health-reader.js';
import type { Pipeline } from './pipeline.js';
import { createJobRoutes } from './routes.js';
import type { StepRun } from './run-step.js';

const NOW = Date.parse('2026-11-22T21:30:10Z');
const backlog: Backlog = {
  pendingCalls: 3,
  oldestPendingAt: new Date('2026-11-01T05:00:00Z'),
  unsettledRequests: 1,
  daysToClose: 0,
  daysToRetire: 0,
  oldestRawDay: null,
  differences: { refresh: 0, close: 0, retire: 0 },
  daysWithDifferences: 0,
  pricedCalls24h: 10,
  pendingCalls24h: 2,
};
const ranAt = new Date('2026-11-22T21:30:00Z');
const known: JobsHealth = {
  backlog,
  jobs: [
    {
      job: 'settle',
      lastSuccessAt: ranAt,
      lastRun: {
        outcome: 'done',
        startedAt: ranAt,
        finishedAt: ranAt,
        durationMs: 12,
        error: null,
        detail: { calls: 4 },
      },
    },
    { job: 'close', lastSuccessAt: null, lastRun: null },
  ],
};
const runs: readonly StepRun[] = [
  { job: 'settle', outcome: 'failed', durationMs: 7, error: 'what to do', detail: null },
];

const asked: unknown[] = [];
const routes = (answer: readonly StepRun[] | null, health: JobsHealth | null = known) =>
  createJobRoutes({
    clock: () => NOW,
    health: () => Promise.resolve(health),
    pipeline: {
      jobs: [
        { name: 'settle', pipeline: 'minute' },
        { name: 'close', pipeline: 'night' },
      ],
      run: (...args: Parameters<Pipeline['run']>) => {
        asked.push(args);
        return Promise.resolve(answer);
      },
    },
  });
beforeEach(() => asked.splice(0));

it('lists last and next runs and the backlog', async () => {
  expect(await callRoute(routes(runs), team, 'get', '/api/v1/jobs')).toMatchObject({
    jobs: [
      {
        name: 'settle',
        last_run: { outcome: 'done', duration_ms: 12, detail: { calls: 4 } },
        last_success_at: '2026-11-22T21:30:00.000Z',
        next_run_at: '2026-11-22T21:31:00.000Z',
      },
      { name: 'close', last_run: null, last_success_at: null, next_run_at: '2026-11-22T22:07:00.000Z' },
    ],
    backlog: { pending_calls: 3, oldest_pending_at: '2026-11-01T05:00:00.000Z', pending_calls_24h: 2 },
  });
});

it('tells nobody of one organisation about all of them', async () => {
  await expect(callRoute(routes(runs), boundTo('acme'), 'get', '/api/v1/jobs')).rejects.toMatchObject({
    status: 403,
  });
});

it('says 503 while the database is away', async () => {
  await expect(callRoute(routes(runs, null), team, 'get', '/api/v1/jobs')).rejects.toMatchObject({
    status: 503,
    retryAfter: 5,
  });
});

it('runs a job and answers what became of it', async () => {
  const body = await callRoute(routes(runs), team, 'post', '/api/v1/jobs/settle/run', { force: true });
  expect(body).toEqual({
    runs: [{ job: 'settle', outcome: 'failed', duration_ms: 7, error: 'what to do', detail: null }],
  });
  await callRoute(routes(runs), team, 'post', '/api/v1/jobs/night/run', {});
  expect(asked).toEqual([
    ['settle', { forced: true }],
    ['night', { forced: false }],
  ]);
});

it('names the jobs there are when asked for another', async () => {
  await expect(callRoute(routes(runs), team, 'post', '/api/v1/jobs/setle/run', {})).rejects.toMatchObject({
    status: 404,
    message: 'There is no job with this name. There are settle, close, minute, night.',
  });
  expect(asked).toEqual([]);
});

it('says 409 while jobs run elsewhere', async () => {
  await expect(callRoute(routes(null), team, 'post', '/api/v1/jobs/settle/run', {})).rejects.toMatchObject({
    status: 409,
    code: 'jobs_running',
  });
});

it('only an admin may run one', () => {
  expect(routes(runs).map(({ method, scope }) => [method, scope])).toEqual([
    ['get', 'read'],
    ['post', 'admin'],
  ]);
});
