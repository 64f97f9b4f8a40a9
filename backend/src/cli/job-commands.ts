import type { Command } from 'commander';
import { printTable } from './print-table.js';
import type { Run } from './run.js';

type Detail = Record<string, string | number | boolean | null> | null;
interface Job {
  name: string;
  pipeline: string;
  last_run: {
    outcome: string;
    started_at: string;
    duration_ms: number | null;
    error: string | null;
    detail: Detail;
  } | null;
  last_success_at: string | null;
  next_run_at: string;
}
interface JobRun {
  job: string;
  outcome: string;
  duration_ms: number;
  error: string | null;
  detail: Detail;
}
type Backlog = Record<string, string | number | null>;

/** `jobs list|run`. */
export function addJobCommands(program: Command, run: Run): void {
  const jobs = program.command('jobs').description('the work behind: settle, re-price, close, …');

  jobs
    .command('list')
    .description('last and next run of every job, and what waits for them')
    .action(() =>
      run(async (api, running) => {
        const { jobs: list, backlog } = await api.get<{ jobs: Job[]; backlog: Backlog }>('/api/v1/jobs');
        const table = printTable(
          ['job', 'when', 'outcome', 'last run', 'took', 'last success', 'next run', 'what'],
          list.map(({ name, pipeline, last_run: last, last_success_at: success, next_run_at: next }) => [
            name,
            pipeline === 'minute' ? 'every minute' : 'at night',
            last?.outcome ?? null,
            last?.started_at ?? null,
            last?.duration_ms == null ? null : took(last.duration_ms),
            success,
            running ? next : 'no server runs',
            last && what(last),
          ]),
        );
        return `${table}\n\n${printTable(
          ['backlog', 'value'],
          Object.entries(backlog).map(([name, value]) => [name.replaceAll('_', ' '), value]),
        )}`;
      }),
    );

  jobs
    .command('run')
    .argument('<name>', 'a job of `jobs list`, or minute or night for all of theirs')
    .option('--force', 'lift the guards against a wrong clock')
    .description('run a job now and wait for it')
    .action((name: string, { force }: { force?: true }) =>
      run(async (api) => {
        const path = `/api/v1/jobs/${encodeURIComponent(name)}/run`;
        const { runs } = await api.post<{ runs: JobRun[] }>(path, { force: force ?? false });
        const table = printTable(
          ['job', 'outcome', 'took', 'what'],
          runs.map((one) => [one.job, one.outcome, took(one.duration_ms), what(one)]),
        );
        // A script must see by the exit code that something failed.
        if (runs.some(({ outcome }) => outcome === 'failed')) throw new Error(table);
        return table;
      }),
    );
}

const took = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const what = ({ error, detail }: { error: string | null; detail: Detail }): string | null =>
  error ??
  (detail &&
    Object.entries(detail)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '));
