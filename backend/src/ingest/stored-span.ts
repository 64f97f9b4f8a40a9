import { cleanName, cleanText } from './clean-text.js';
import { storedAttributes } from './stored-attributes.js';
import { ATTRIBUTION_FIELDS, type Attribution } from '../ledger/event.js';
import type { Attributes, AttributeValue, Span } from '../usage/span.js';
import type { SpanReading } from '../usage/usage.js';

/** A refused span as the quarantine keeps it: the same fields that are stored of an accepted one (ADR 0004). */
export interface SpanItem {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly name: string;
  readonly start_unix_nano: string;
  readonly end_unix_nano: string;
  readonly status: Span['status'];
  readonly scope_name: string;
  readonly scope_version: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly attribution: Readonly<Record<string, string>>;
  /** What the whole span said of its usage. It rests on texts that are not stored, so it is not read again. */
  readonly reading: SpanReading;
  readonly [more: string]: unknown;
}

export interface StoredSpan {
  readonly span: Span;
  readonly attribution: Attribution;
  readonly reading: SpanReading;
}

/** Ids that are no ids could be anything a sender put there: cut to what shows the mistake. */
const shownId = (id: string): string =>
  /^[0-9a-f]*$/.test(id) ? id.slice(0, 64) : `(${id.length} characters)`;

export const spanItem = (span: Span, attribution: Attribution, reading: SpanReading): SpanItem => ({
  trace_id: shownId(span.traceId),
  span_id: shownId(span.spanId),
  parent_span_id: span.parentSpanId === null ? null : shownId(span.parentSpanId),
  name: cleanText(span.name),
  start_unix_nano: span.startUnixNano.toString(),
  end_unix_nano: span.endUnixNano.toString(),
  status: span.status,
  scope_name: cleanText(span.scopeName),
  scope_version: cleanText(span.scopeVersion),
  attributes: storedAttributes(span.attributes) ?? {},
  resource: storedAttributes(span.resource) ?? {},
  attribution: Object.fromEntries(
    ATTRIBUTION_FIELDS.flatMap((field) => (attribution[field] === null ? [] : [[field, attribution[field]]])),
  ),
  reading: { ...reading, ...cleanedNames(reading) },
});

const cleanedNames = (reading: SpanReading): Partial<SpanReading> => ({
  operation: cleanName(reading.operation),
  provider: cleanName(reading.provider),
  requestModel: cleanName(reading.requestModel),
  responseModel: cleanName(reading.responseModel),
  responseId: cleanName(reading.responseId),
  serviceTier: cleanName(reading.serviceTier),
});

/** The span again, as far as it was stored, with what was concluded from the whole of it. */
export function spanOfItem(item: SpanItem): StoredSpan {
  const attribution = Object.fromEntries(
    ATTRIBUTION_FIELDS.map((field) => [field, item.attribution[field] ?? null]),
  ) as unknown as Attribution;
  const span: Span = {
    traceId: item.trace_id,
    spanId: item.span_id,
    parentSpanId: item.parent_span_id,
    name: item.name,
    startUnixNano: BigInt(item.start_unix_nano),
    endUnixNano: BigInt(item.end_unix_nano),
    status: item.status,
    // What it told is in the reading.
    hasException: false,
    attributes: attributesOf(item.attributes),
    resource: attributesOf(item.resource),
    scopeName: item.scope_name,
    scopeVersion: item.scope_version,
  };
  return { span, attribution, reading: item.reading };
}

/** Numbers that JSON cannot hold were stored as text. */
const UNSTORABLE = new Map<AttributeValue, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const attributesOf = (stored: SpanItem['attributes']): Attributes =>
  new Map(Object.entries(stored).map(([name, value]) => [name, UNSTORABLE.get(value) ?? value]));
