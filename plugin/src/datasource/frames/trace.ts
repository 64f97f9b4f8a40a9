import {
  createDataFrame,
  FieldType,
  type DataFrame,
  type DataLink,
  type TraceKeyValuePair,
  type TraceSpanRow,
} from '@grafana/data';
import type { Conversation, PendingSpan, Trace, TraceSpan } from '../../api/wire';

/** Grafana's trace view marks a span with this as an error; any other than 0, 1 and 2 breaks it. */
const ERROR = 2;
const UNSET = 0;

/** A request as Grafana's trace view draws it: one row per span, times in milliseconds. */
export function traceFrame(refId: string, trace: Trace, links: DataLink[] = []): DataFrame {
  return frameOf(refId, spanRows(trace.spans, trace.pending, trace.trace_id, null), links);
}

/** All requests of a conversation below one span that is not stored anywhere: the view draws one trace with one root. */
export function conversationFrame(refId: string, conversation: Conversation): DataFrame {
  const { conversation_id: id, spans, pending, totals } = conversation;
  const root = `conversation ${id}`;
  const rows = spanRows(spans, pending, id, root);
  const start = Math.min(...rows.map(({ startTime }) => startTime));
  const end = Math.max(...rows.map(({ startTime, duration }) => startTime + duration));
  const rootRow: TraceSpanRow = {
    traceID: id,
    spanID: root,
    parentSpanID: undefined,
    operationName: `Conversation of ${conversation.traces.length} ${conversation.traces.length === 1 ? 'request' : 'requests'}`,
    serviceName: 'conversation',
    serviceTags: [],
    startTime: start,
    duration: end - start,
    tags: tagsOf({
      conversation_id: id,
      requests: conversation.traces.length,
      cost_usd: totals.cost_usd,
      pending_calls: totals.pending_calls,
      input_tokens: totals.input_tokens,
      output_tokens: totals.output_tokens,
    }),
    statusCode: UNSET,
    kind: 'internal',
    warnings: [],
  };
  return frameOf(refId, rows.length === 0 ? [] : [rootRow, ...rows], []);
}

/** One of a span's names in the view, which needs them unique; ids repeat where two realms sent the same trace. */
function spanRows(
  spans: readonly TraceSpan[],
  pending: readonly PendingSpan[],
  traceID: string,
  root: string | null,
): TraceSpanRow[] {
  const warnings = new Map(pending.map((one) => [`${one.realm} ${one.span_id} ${one.started_at}`, one]));
  const taken = new Set<string>(root === null ? [] : [root]);
  const idOf = new Map<string, string>();
  return spans.map((span) => {
    const own = `${span.realm} ${span.trace_id} `;
    const spanID = unique(span.span_id, taken);
    // The latest with these ids: in tree order a child follows its parent.
    idOf.set(own + span.span_id, spanID);
    const parent = span.parent_span_id === null ? undefined : idOf.get(own + span.parent_span_id);
    const waiting = warnings.get(`${span.realm} ${span.span_id} ${span.started_at}`);
    return {
      ...rowOf(span),
      traceID,
      spanID,
      parentSpanID: (span.depth > 0 ? parent : undefined) ?? root ?? undefined,
      warnings: waiting ? [`No cost yet: ${waiting.message ?? waiting.reason ?? 'not known why'}`] : [],
    };
  });
}

function unique(id: string, taken: Set<string>): string {
  let name = id;
  for (let copy = 2; taken.has(name); copy += 1) name = `${id}-${copy}`;
  taken.add(name);
  return name;
}

function rowOf(span: TraceSpan): Omit<TraceSpanRow, 'traceID' | 'spanID' | 'parentSpanID'> {
  return {
    operationName: span.name,
    serviceName: span.service_name ?? 'unknown service',
    serviceTags: tagsOf({
      'service.name': span.service_name,
      organisation: span.org_id,
      environment: span.environment,
    }),
    startTime: Date.parse(span.started_at),
    duration: span.duration_ms,
    kind: span.kind === 'call' ? 'client' : 'internal',
    statusCode: span.failed || span.status_error ? ERROR : UNSET,
    tags: tagsOf({
      kind: span.kind,
      model: span.model,
      provider: span.provider,
      request_model: span.request_model === span.model ? null : span.request_model,
      cost_usd: span.cost_usd,
      cost_status: span.cost_status,
      cost_reason: span.cost_reason,
      cost_quality: span.cost_quality,
      input_tokens: span.usage?.input_tokens,
      cache_read_tokens: span.usage?.cache_read,
      output_tokens: span.usage?.output_tokens,
      reasoning_tokens: span.usage?.reasoning,
      time_to_first_token_ms: span.time_to_first_token_ms,
      repeat_of: span.repeat_of && `${span.repeat_of.trace_id}/${span.repeat_of.span_id}`,
      trace_id: span.trace_id,
      conversation_id: span.conversation_id,
      user_id: span.user_id,
      assistant_id: span.assistant_id,
      query_type: span.query_type,
      service_tier: span.service_tier,
    }),
    instrumentationLibraryName: span.scope_name,
    instrumentationLibraryVersion: span.scope_version,
  };
}

/** What is not known is left out. */
const tagsOf = (values: Readonly<Record<string, string | number | null | undefined>>): TraceKeyValuePair[] =>
  Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value }],
  );

const FIELD_TYPES: ReadonlyArray<readonly [name: keyof TraceSpanRow, type: FieldType]> = [
  ['traceID', FieldType.string],
  ['spanID', FieldType.string],
  ['parentSpanID', FieldType.string],
  ['operationName', FieldType.string],
  ['serviceName', FieldType.string],
  ['serviceTags', FieldType.other],
  ['startTime', FieldType.number],
  ['duration', FieldType.number],
  ['kind', FieldType.string],
  ['statusCode', FieldType.number],
  ['tags', FieldType.other],
  ['warnings', FieldType.other],
  ['instrumentationLibraryName', FieldType.string],
  ['instrumentationLibraryVersion', FieldType.string],
];

const frameOf = (refId: string, rows: readonly TraceSpanRow[], links: DataLink[]): DataFrame =>
  createDataFrame({
    refId,
    meta: { preferredVisualisationType: 'trace' },
    fields: FIELD_TYPES.map(([name, type]) => ({
      name,
      type,
      values: rows.map((row) => row[name]),
      config: name === 'spanID' && links.length > 0 ? { links } : {},
    })),
  });
