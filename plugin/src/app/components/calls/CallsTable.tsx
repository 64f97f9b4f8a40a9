import React from 'react';
import { useNavigate } from 'react-router-dom';
import { css } from '@emotion/css';
import type { TimeZone } from '@grafana/schema';
import { Text, TextLink, useStyles2 } from '@grafana/ui';
import type { EventOrder, LedgerEvent } from '../../../api/wire';
import { EVENT_FIELD_LABELS, EVENT_ORDER_LABELS } from '../../../datasource/labels';
import { durationText } from '../../format/duration';
import { UNKNOWN } from '../../format/money';
import { countText } from '../../format/number';
import { timeText } from '../../format/time';
import { totalTokens } from '../../format/usage';
import type { Paths } from '../../../links/paths';
import { useSource } from '../../source/SourceContext';
import { CostCell } from '../CostCell';
import { DataTable, type Column } from '../DataTable';
import type { CallsState } from './callsState';

interface Props {
  events: readonly LedgerEvent[];
  state: Pick<CallsState, 'orderBy' | 'direction'>;
  timeZone: TimeZone | undefined;
  onSort: (by: EventOrder) => void;
  /** The answer to another question, shown until the new one is here. */
  stale: boolean;
}

/** Single calls; each opens its request. */
export function CallsTable({ events, state, timeZone, onSort, stale }: Props) {
  const { paths } = useSource();
  const navigate = useNavigate();
  const styles = useStyles2(getStyles);
  const sort = (by: EventOrder): Column<LedgerEvent>['sort'] => ({
    direction: state.orderBy === by ? state.direction : null,
    onSort: () => onSort(by),
  });
  return (
    <div className={stale ? styles.stale : undefined} aria-busy={stale}>
      <DataTable
        label="Calls"
        columns={columnsFor(paths, timeZone, sort)}
        rows={events}
        keyOf={({ realm, trace_id: trace, span_id: span, started_at: at }) =>
          `${realm} ${trace} ${span} ${at}`
        }
        onRowClick={({ trace_id: trace, span_id: span }) => navigate(paths.trace(trace, span))}
      />
    </div>
  );
}

const columnsFor = (
  paths: Paths,
  timeZone: TimeZone | undefined,
  sort: (by: EventOrder) => Column<LedgerEvent>['sort'],
): Array<Column<LedgerEvent>> => [
  {
    id: 'time',
    header: EVENT_ORDER_LABELS.started_at.label,
    sort: sort('started_at'),
    cell: (event) => (
      <TextLink href={paths.trace(event.trace_id, event.span_id)}>
        {timeText(event.started_at, timeZone)}
      </TextLink>
    ),
  },
  { id: 'organisation', header: EVENT_FIELD_LABELS.org_id.label, cell: ({ org_id: org }) => org },
  {
    id: 'assistant',
    header: EVENT_FIELD_LABELS.assistant_id.label,
    cell: ({ assistant_id: assistant }) => assistant ?? UNKNOWN,
  },
  {
    id: 'model',
    header: EVENT_FIELD_LABELS.model.label,
    cell: ({ model, provider }) => (
      <>
        {model ?? UNKNOWN}{' '}
        <Text color="secondary" variant="bodySmall">
          {provider ?? ''}
        </Text>
      </>
    ),
  },
  {
    id: 'tokens',
    header: EVENT_ORDER_LABELS.total_tokens.label,
    align: 'right',
    sort: sort('total_tokens'),
    cell: ({ usage }) => countText(totalTokens(usage)),
  },
  {
    id: 'cost',
    header: `${EVENT_ORDER_LABELS.cost_usd.label} (USD)`,
    align: 'right',
    sort: sort('cost_usd'),
    cell: (event) => <CostCell event={event} exact />,
  },
  {
    id: 'duration',
    header: EVENT_ORDER_LABELS.duration_ms.label,
    align: 'right',
    sort: sort('duration_ms'),
    cell: ({ duration_ms: ms }) => durationText(ms),
  },
];

const getStyles = () => ({ stale: css({ opacity: 0.5 }) });
