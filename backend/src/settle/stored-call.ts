import type { Row } from '../db/db.js';
import type { CallFacts } from '../ledger/event.js';

/** What settle reads of a stored call to find its partners. */
export interface StoredCall extends CallFacts {
  /** The call that it was found to repeat. */
  readonly repeatOf: { readonly traceId: string; readonly spanId: string; readonly startedAt: number } | null;
  /** The request it came with; null: stored before requests were numbered. */
  readonly requestNumber: string | null;
}

type Text = string | null;
interface CallRow extends Row {
  readonly realm: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly started_ms: number;
  readonly duration_us: number;
  readonly scope_name: string;
  readonly service_name: Text;
  readonly operation: Text;
  readonly provider: Text;
  readonly request_model: Text;
  readonly response_model: Text;
  readonly response_id: Text;
  readonly usage_quality: CallFacts['usageQuality'];
  readonly failed: boolean;
  readonly detail: number;
  readonly told: boolean;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly repeat_of_trace_id: Text;
  readonly repeat_of_span_id: Text;
  readonly repeat_of_started_ms: number | null;
  readonly request_number: Text;
}

/** A row selected with the columns that settle-store.ts selects of calls. */
export function callOf(selected: Row): StoredCall {
  const row = selected as CallRow;
  const [traceId, spanId] = [row.repeat_of_trace_id, row.repeat_of_span_id];
  return {
    realm: row.realm,
    traceId: row.trace_id,
    spanId: row.span_id,
    startedAt: Math.round(row.started_ms),
    durationUs: row.duration_us,
    scopeName: row.scope_name,
    serviceName: row.service_name,
    operation: row.operation,
    provider: row.provider,
    requestModel: row.request_model,
    responseModel: row.response_model,
    responseId: row.response_id,
    usageQuality: row.usage_quality,
    failed: row.failed,
    detail: row.detail,
    usage: row.told ? { input_tokens: row.input_tokens, output_tokens: row.output_tokens } : null,
    repeatOf:
      traceId === null || spanId === null
        ? null
        : { traceId, spanId, startedAt: Math.round(row.repeat_of_started_ms ?? 0) },
    requestNumber: row.request_number,
  };
}
