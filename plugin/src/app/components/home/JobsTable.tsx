import React from 'react';
import { Badge, Text, Tooltip } from '@grafana/ui';
import type { Jobs } from '../../../api/wire';
import { agoText, durationText, untilText } from '../../format/duration';
import { msBetween, timeText } from '../../format/time';
import { DataTable, type Column } from '../DataTable';
import { jobLabel } from './jobLabels';

type Job = Jobs['jobs'][number];

/** What ran when, and what came of it; failures first. */
export function JobsTable({ jobs, now }: { jobs: readonly Job[]; now: number }) {
  return (
    <DataTable
      label="Jobs"
      columns={columnsAt(now)}
      rows={failuresFirst(jobs)}
      keyOf={({ name }) => name}
      below={({ last_run: run }) =>
        run?.outcome === 'failed' &&
        run.error && (
          <Text color="error" variant="bodySmall">
            {run.error}
          </Text>
        )
      }
    />
  );
}

/** The others keep the order in which they run. */
export function failuresFirst(jobs: readonly Job[]): Job[] {
  const failed = (job: Job) => job.last_run?.outcome === 'failed';
  return [...jobs.filter(failed), ...jobs.filter((job) => !failed(job))];
}

const columnsAt = (now: number): Array<Column<Job>> => [
  {
    id: 'name',
    header: 'Job',
    cell: ({ name }) => {
      const { label, description } = jobLabel(name);
      return description ? (
        <Tooltip content={description}>
          {/* The tooltip shows on focus, too. */}
          <span tabIndex={0}>{label}</span>
        </Tooltip>
      ) : (
        label
      );
    },
  },
  { id: 'outcome', header: 'Outcome', cell: ({ last_run: run }) => <Outcome run={run} /> },
  {
    id: 'last',
    header: 'Last run',
    cell: ({ last_run: run }) =>
      run && <span title={timeText(run.started_at)}>{agoText(msBetween(run.started_at, now))}</span>,
  },
  {
    id: 'duration',
    header: 'Took',
    align: 'right',
    cell: ({ last_run: run }) => run && durationText(run.duration_ms),
  },
  {
    id: 'next',
    header: 'Next',
    cell: ({ next_run_at: next }) => <span title={timeText(next)}>{untilText(Date.parse(next) - now)}</span>,
  },
];

function Outcome({ run }: { run: Job['last_run'] }) {
  switch (run?.outcome) {
    case undefined:
      return <Text color="secondary">Not run yet</Text>;
    case 'failed':
      return <Badge color="red" icon="exclamation-circle" text="Failed" />;
    case 'running':
      return <Badge color="blue" icon="sync" text="Running" />;
    case 'done':
      return <Badge color="green" icon="check" text="Done" />;
  }
}
