import { createDataFrame, FieldType, type DataFrame, type DataLink, type FieldConfig } from '@grafana/data';
import type { EventField, LedgerEvent } from '../../api/wire';
import { EVENT_FIELD_LABELS } from '../labels';
import { numberOf } from './group';

export interface CallLinks {
  readonly request: DataLink[];
  readonly trace: DataLink[];
  readonly conversation: DataLink[];
}

interface Column {
  readonly name: string;
  readonly type: FieldType;
  readonly config: FieldConfig;
  readonly value: (event: LedgerEvent) => unknown;
}

/** One row per call, in the order of the answer. Money stands there twice: as a number to sort and colour by, and exactly. */
export function callsTable(refId: string, events: readonly LedgerEvent[], links: CallLinks): DataFrame {
  return createDataFrame({
    refId,
    meta: { preferredVisualisationType: 'table' },
    fields: columns(links).map(({ name, type, config, value }) => ({
      name,
      type,
      config,
      values: events.map(value),
    })),
  });
}

function columns(links: CallLinks): Column[] {
  return [
    // The first column leads on: in a panel as wide as a screen the ids are out of sight.
    linked(
      { ...column('started_at', FieldType.time, 'Time'), value: (event) => Date.parse(event.started_at) },
      links.request,
    ),
    { ...field('org_id'), value: (event) => event.org_id },
    { ...field('assistant_id'), value: (event) => event.assistant_id },
    { ...field('query_type'), value: (event) => event.query_type },
    { ...field('model'), value: (event) => event.model },
    {
      ...column('cost_usd', FieldType.number, 'Cost', 'currencyUSD'),
      value: (event) => numberOf(event.cost_usd),
    },
    {
      ...column('cost_usd_exact', FieldType.string, 'Cost, exact (USD)'),
      value: (event) => event.cost_usd,
    },
    { ...field('cost_status'), value: (event) => event.cost_status },
    { ...field('cost_reason'), value: (event) => event.cost_reason },
    { ...field('cost_quality'), value: (event) => event.cost_quality },
    { ...tokens('input_tokens', 'Input tokens'), value: (event) => event.usage?.input_tokens ?? null },
    { ...tokens('cache_read_tokens', 'Cache reads'), value: (event) => event.usage?.cache_read ?? null },
    { ...tokens('output_tokens', 'Output tokens'), value: (event) => event.usage?.output_tokens ?? null },
    { ...tokens('reasoning_tokens', 'Reasoning tokens'), value: (event) => event.usage?.reasoning ?? null },
    { ...column('duration_ms', FieldType.number, 'Duration', 'ms'), value: (event) => event.duration_ms },
    {
      ...column('time_to_first_token_ms', FieldType.number, 'Time to first token', 'ms'),
      value: (event) => event.time_to_first_token_ms,
    },
    { ...column('error', FieldType.boolean, 'Error'), value: (event) => event.status_error || event.failed },
    { ...field('provider'), value: (event) => event.provider },
    { ...field('environment'), value: (event) => event.environment },
    { ...field('service_name'), value: (event) => event.service_name },
    { ...field('kind'), value: (event) => event.kind },
    { ...field('user_id'), value: (event) => event.user_id },
    linked({ ...field('conversation_id'), value: (event) => event.conversation_id }, links.conversation),
    linked({ ...field('trace_id'), value: (event) => event.trace_id }, links.trace),
    { ...column('span_id', FieldType.string, 'Span'), value: (event) => event.span_id },
  ];
}

const column = (name: string, type: FieldType, displayNameFromDS: string, unit?: string) => ({
  name,
  type,
  config: { displayNameFromDS, ...(unit && { unit }) },
});

const tokens = (name: string, label: string) => column(name, FieldType.number, label, 'short');

/** These are keys of ad-hoc filters too, so cells offer to filter by their value. */
const field = (name: EventField) => ({
  name,
  type: FieldType.string,
  config: { displayNameFromDS: EVENT_FIELD_LABELS[name].label, filterable: true },
});

const linked = (given: Column, links: DataLink[]): Column => ({
  ...given,
  config: { ...given.config, links },
});
