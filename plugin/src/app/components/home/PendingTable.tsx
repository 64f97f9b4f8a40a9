import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { PendingReport } from '../../../api/wire';
import { DIMENSION_LABELS, REASON_LABELS } from '../../../datasource/labels';
import { agoText } from '../../format/duration';
import { countText, shortCountText } from '../../format/number';
import { msBetween, timeText } from '../../format/time';
import type { Paths } from '../../../links/paths';
import { useSource } from '../../source/SourceContext';
import { NOT_SET } from '../calls/callsState';
import { Code } from '../Code';
import { DataTable, type Column } from '../DataTable';

type Group = PendingReport['groups'][number];
type Remedy = Group['remedies'][number];

const SHOWN_AT_FIRST = 8;

interface Props {
  groups: readonly Group[];
  now: number;
  /** Who may change something gets commands to copy; others see them as information. */
  mayChange: boolean;
}

/** What waits for a price, why, and what would end the waiting. */
export function PendingTable({ groups, now, mayChange }: Props) {
  const { paths } = useSource();
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? groups : groups.slice(0, SHOWN_AT_FIRST);
  return (
    <Stack direction="column" gap={1} alignItems="stretch">
      <DataTable
        label="Pending calls"
        columns={columnsFor(paths, now)}
        rows={shown}
        keyOf={({ reason, provider, model, service_tier: tier }) =>
          JSON.stringify([reason, provider, model, tier])
        }
        below={({ remedies }) =>
          remedies.length > 0 && <Remedies remedies={remedies} mayChange={mayChange} />
        }
      />
      {groups.length > shown.length && (
        <div>
          <Button variant="secondary" size="sm" onClick={() => setShowsAll(true)}>
            Show all {groups.length} groups
          </Button>
        </div>
      )}
    </Stack>
  );
}

const columnsFor = (paths: Paths, now: number): Array<Column<Group>> => [
  {
    id: 'why',
    header: 'Why',
    cell: ({ reason }) => (
      <>
        <Text weight="medium">{REASON_LABELS[reason]?.label ?? reason}</Text>
        <br />
        <Text variant="bodySmall" color="secondary">
          {REASON_LABELS[reason]?.description ?? ''}
        </Text>
      </>
    ),
  },
  {
    id: 'model',
    header: `${DIMENSION_LABELS.provider.label} / ${DIMENSION_LABELS.model.label}`,
    cell: ({ provider, model, service_tier: tier }) => (
      <>
        {provider ?? 'not told'} / {model ?? 'not told'}
        {tier && ` (${tier})`}
      </>
    ),
  },
  {
    id: 'calls',
    header: 'Calls',
    align: 'right',
    cell: (group) => <TextLink href={callsOf(group, paths)}>{countText(group.calls)}</TextLink>,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    align: 'right',
    cell: ({ tokens }) => (
      <span title={tokens ?? undefined}>{shortCountText(tokens === null ? null : Number(tokens))}</span>
    ),
  },
  {
    id: 'since',
    header: 'Oldest',
    cell: ({ oldest }) => <span title={timeText(oldest)}>{agoText(msBetween(oldest, now))}</span>,
  },
];

function callsOf({ reason, provider, model, oldest }: Group, paths: Paths): string {
  return paths.calls({
    from: String(Date.parse(oldest)),
    to: 'now',
    status: 'pending',
    reason,
    provider: provider ?? NOT_SET,
    model: model ?? NOT_SET,
  });
}

function Remedies({ remedies: [first, ...others], mayChange }: { remedies: Remedy[]; mayChange: boolean }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.remedies}>
      <RemedyLine remedy={first} mayChange={mayChange} />
      {others.length > 0 && (
        <details>
          <summary className={styles.summary}>
            {others.length === 1 ? 'One other way' : `${others.length} other ways`}
          </summary>
          <div className={styles.remedies}>
            {others.map((remedy) => (
              <RemedyLine key={remedy.kind} remedy={remedy} mayChange={mayChange} />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

function RemedyLine({ remedy: { what, command }, mayChange }: { remedy: Remedy; mayChange: boolean }) {
  return (
    <div>
      <Text variant="bodySmall" color="secondary">
        {`To resolve: ${what}`}
      </Text>
      <Code code={command} wrap copyLabel={mayChange ? `Copy the command: ${what}` : undefined} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  remedies: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minWidth: 0 }),
  summary: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    cursor: 'pointer',
    marginBottom: theme.spacing(1),
  }),
});
