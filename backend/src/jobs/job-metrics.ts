import { Counter, Gauge, type Registry } from 'prom-client';
import type { Db } from '../db/db.js';
import { CHECK_KINDS, type Backlog } from './backlog-store.js';
import type { HealthReader, JobsHealth } from './health-reader.js';
import type { StepRun } from './run-step.js';

export interface JobMetricsDeps {
  readonly registry: Registry;
  readonly engine: Db['engine'];
  readonly health: HealthReader;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * Metrics of the jobs. Counters are this process's; gauges are read from the database when they are scraped, so every
 * replica tells the same. A value that is not known is left out, never 0.
 */
export function createJobMetrics({ registry, engine, health }: JobMetricsDeps): {
  ran(run: StepRun): void;
} {
  const registers = [registry];
  const runs = new Counter({
    name: 'tokenledger_job_runs_total',
    help: 'Steps run by this process, by outcome: done, idle (nothing to do), failed, blocked (a step it needs failed).',
    labelNames: ['job', 'outcome'],
    registers,
  });
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    samples: (answer: JobsHealth | null) => readonly Sample[],
  ): void =>
    void new Gauge({
      name: `tokenledger_${name}`,
      help,
      labelNames: [...labelNames],
      registers,
      async collect() {
        const values = samples(await health());
        this.reset();
        // prom-client resets a gauge without labels to 0, which would be a lie.
        if (labelNames.length === 0) this.remove();
        for (const [labels, value] of values) this.set(labels, value);
      },
    });
  gauge('database_up', 'Whether the database answered when the jobs were last asked after.', [], (answer) => [
    [{}, answer === null ? 0 : 1],
  ]);
  gauge('database_info', 'Which engine carries the database.', ['engine'], () => [[{ engine }, 1]]);
  jobGauges(gauge);
  for (const [name, help, value] of BACKLOG) {
    gauge(name, help, [], (answer) => {
      const found = answer === null ? null : value(answer.backlog);
      return found === null ? [] : [[{}, found]];
    });
  }
  gauge(
    'conservation_differences',
    'Differences found by the last check of each UTC day, by kind of check. Anything but 0 is an alert.',
    ['kind'],
    (answer) =>
      answer === null ? [] : CHECK_KINDS.map((kind) => [{ kind }, answer.backlog.differences[kind]]),
  );
  return { ran: ({ job, outcome }) => runs.inc({ job, outcome }) };
}

const seconds = (time: Date | null): number | null => (time === null ? null : time.getTime() / 1000);

type AddGauge = (
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: (answer: JobsHealth | null) => readonly Sample[],
) => void;

function jobGauges(gauge: AddGauge): void {
  const perJob = (value: (job: JobsHealth['jobs'][number]) => number | null) => (answer: JobsHealth | null) =>
    (answer?.jobs ?? []).flatMap((state): Sample[] => {
      const found = value(state);
      return found === null ? [] : [[{ job: state.job }, found]];
    });
  gauge(
    'job_last_success_timestamp_seconds',
    'When a step last ended well, in any replica; with nothing to do counts.',
    ['job'],
    perJob(({ lastSuccessAt }) => seconds(lastSuccessAt)),
  );
  gauge(
    'job_last_duration_seconds',
    'How long the last run of a step took, in any replica.',
    ['job'],
    perJob(({ lastRun }) => (lastRun?.durationMs == null ? null : lastRun.durationMs / 1000)),
  );
  gauge(
    'job_last_run_failed',
    '1 while the last run of a step is a failed one.',
    ['job'],
    perJob(({ lastRun }) => (lastRun === null ? null : Number(lastRun.outcome === 'failed'))),
  );
}

const BACKLOG: readonly (readonly [
  name: string,
  help: string,
  value: (backlog: Backlog) => number | null,
])[] = [
  ['pending_calls', 'Calls that have no cost yet, of any age.', ({ pendingCalls }) => pendingCalls],
  [
    'oldest_pending_call_timestamp_seconds',
    'When the oldest call without a cost started (of a closed day: the day). Left out when there is none.',
    ({ oldestPendingAt }) => seconds(oldestPendingAt),
  ],
  [
    'unsettled_requests',
    'Ingest requests whose traces were not looked at again yet.',
    ({ unsettledRequests }) => unsettledRequests,
  ],
  ['days_to_close', 'UTC days past CLOSE_AFTER that are not closed.', ({ daysToClose }) => daysToClose],
  [
    'days_to_retire',
    'UTC days past RAW_RETENTION that still have raw events.',
    ({ daysToRetire }) => daysToRetire,
  ],
  [
    'oldest_raw_day_timestamp_seconds',
    'Beginning of the earliest UTC day with raw events. Left out when there are none.',
    ({ oldestRawDay }) => seconds(oldestRawDay),
  ],
  [
    'conservation_days_with_differences',
    'UTC days whose last check found a difference. Anything but 0 is an alert.',
    ({ daysWithDifferences }) => daysWithDifferences,
  ],
  [
    'coverage_ratio',
    'Priced calls / billable calls of the last 24 hours. Left out when there are none.',
    ({ pricedCalls24h, pendingCalls24h }) => {
      const billable = pricedCalls24h + pendingCalls24h;
      return billable === 0 ? null : pricedCalls24h / billable;
    },
  ],
];
