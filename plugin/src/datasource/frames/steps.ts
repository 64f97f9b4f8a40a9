import { createDataFrame, FieldType, type DataFrame, type DataLink, type FieldConfig } from '@grafana/data';
import type { TraceSpan } from '../../api/wire';
import { EVENT_FIELD_LABELS, EVENT_KIND_LABELS, REASON_LABELS } from '../labels';
import { numberOf } from './group';

/** An en space for each level: a table's cell drops ordinary ones. */
const INDENT = '\u2002\u2002';

/** What each step of a chain cost: one row per span in tree order, indented below its parent. Exact amounts are text. */
export function stepsTable(refId: string, spans: readonly TraceSpan[], links: DataLink[]): DataFrame {
  const column = (
    name: string,
    displayNameFromDS: string,
    value: (span: TraceSpan) => string | number | null,
    type: FieldType = FieldType.string,
    config: FieldConfig = {},
  ) => ({ name, type, values: spans.map(value), config: { displayNameFromDS, ...config } });
  const tokens = (name: string, label: string, value: (span: TraceSpan) => number | null) =>
    column(name, label, value, FieldType.number, { unit: 'short' });
  return createDataFrame({
    refId,
    meta: { preferredVisualisationType: 'table' },
    fields: [
      column('step', 'Step', ({ depth, name }) => INDENT.repeat(depth) + name, FieldType.string, { links }),
      column('kind', EVENT_FIELD_LABELS.kind.label, ({ kind }) => EVENT_KIND_LABELS[kind].label),
      column('model', EVENT_FIELD_LABELS.model.label, ({ model }) => model),
      column('cost_usd', 'Cost', (span) => numberOf(span.cost_usd), FieldType.number, {
        unit: 'currencyUSD',
      }),
      column('cost_usd_exact', 'Cost, exact (USD)', (span) => span.cost_usd),
      column('without_cost', 'Without a cost because', ({ cost_reason: reason }) =>
        reason === null ? null : (REASON_LABELS[reason]?.label ?? reason),
      ),
      tokens('input_tokens', 'Input tokens', ({ usage }) => usage?.input_tokens ?? null),
      tokens('cache_read_tokens', 'Cache reads', ({ usage }) => usage?.cache_read ?? null),
      tokens('output_tokens', 'Output tokens', ({ usage }) => usage?.output_tokens ?? null),
      column('started_at', 'Time', (span) => Date.parse(span.started_at), FieldType.time),
      column('duration_ms', 'Duration', (span) => span.duration_ms, FieldType.number, { unit: 'ms' }),
      column('assistant_id', EVENT_FIELD_LABELS.assistant_id.label, (span) => span.assistant_id),
      column('service_name', EVENT_FIELD_LABELS.service_name.label, (span) => span.service_name),
      column('trace_id', EVENT_FIELD_LABELS.trace_id.label, (span) => span.trace_id),
      column('span_id', 'Span', (span) => span.span_id),
    ],
  });
}
