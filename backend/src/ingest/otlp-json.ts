import { EXCEPTION, MAX_VALUE_DEPTH, SPAN_STATUSES } from './otlp-limits.js';
import type { Attributes, AttributeValue, Span } from '../usage/span.js';

interface Json {
  readonly [name: string]: unknown;
}

/** Spans of a body, and the items that are no spans, by their position. */
export interface DecodedJson {
  readonly spans: Span[];
  readonly malformed: { readonly path: string; readonly message: string }[];
}

/**
 * Decodes the OTLP/JSON form of `ExportTraceServiceRequest`: lowerCamelCase names, hex ids, integer enums, int64 as
 * string or number, unknown fields ignored. Of events only the name is looked at; links, trace
 * state and status messages not at all.
 * @throws SyntaxError when the body is no JSON object of that shape.
 */
export function decodeOtlpJson(body: Uint8Array): DecodedJson {
  const root = object(JSON.parse(Buffer.from(body).toString('utf8')));
  if (!root) throw new SyntaxError('the body must be a JSON object with resourceSpans');
  const decoded: DecodedJson = { spans: [], malformed: [] };
  items(root['resourceSpans'], 'resourceSpans', decoded).forEach(([resourceSpans, path]) => {
    const resource = attributesOf(object(resourceSpans['resource'])?.['attributes']);
    items(resourceSpans['scopeSpans'], `${path}.scopeSpans`, decoded).forEach(([scopeSpans, scopePath]) => {
      const scope = object(scopeSpans['scope']);
      const scopeName = text(scope?.['name']);
      const scopeVersion = text(scope?.['version']);
      items(scopeSpans['spans'], `${scopePath}.spans`, decoded).forEach(([span, spanPath]) => {
        try {
          decoded.spans.push(spanOf(span, resource, scopeName, scopeVersion));
        } catch (error) {
          decoded.malformed.push({
            path: spanPath,
            message: error instanceof Error ? error.message : String(error),
          });
        }
      });
    });
  });
  return decoded;
}

function spanOf(span: Json, resource: Attributes, scopeName: string, scopeVersion: string): Span {
  return {
    traceId: text(span['traceId']).toLowerCase(),
    spanId: text(span['spanId']).toLowerCase(),
    parentSpanId: text(span['parentSpanId']).toLowerCase() || null,
    name: text(span['name']),
    startUnixNano: nanos(span['startTimeUnixNano'], 'startTimeUnixNano'),
    endUnixNano: nanos(span['endTimeUnixNano'], 'endTimeUnixNano'),
    status: SPAN_STATUSES[Number(object(span['status'])?.['code'] ?? 0)] ?? 'unset',
    hasException: hasException(span['events']),
    attributes: attributesOf(span['attributes']),
    resource,
    scopeName,
    scopeVersion,
  };
}

const hasException = (events: unknown): boolean =>
  Array.isArray(events) && events.some((event) => object(event)?.['name'] === EXCEPTION);

/** The objects of a repeated field with their paths; anything else in it is malformed. An absent field is empty. */
function items(value: unknown, path: string, decoded: DecodedJson): [Json, string][] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    decoded.malformed.push({ path, message: `${path} must be an array` });
    return [];
  }
  return value.flatMap((item: unknown, index): [Json, string][] => {
    const itemPath = `${path}[${index}]`;
    const found = object(item);
    if (found) return [[found, itemPath]];
    decoded.malformed.push({ path: itemPath, message: `${itemPath} must be an object` });
    return [];
  });
}

function attributesOf(value: unknown): Attributes {
  const attributes = new Map<string, AttributeValue>();
  if (!Array.isArray(value)) return attributes;
  for (const item of value) {
    const entry = object(item);
    const key = text(entry?.['key']);
    if (key) attributes.set(key, anyValue(entry?.['value'], 0));
  }
  return attributes;
}

function anyValue(value: unknown, depth: number): AttributeValue {
  const any = object(value);
  if (!any || depth > MAX_VALUE_DEPTH) return null;
  if ('stringValue' in any) return text(any['stringValue']);
  if ('boolValue' in any) return any['boolValue'] === true;
  if ('intValue' in any) return number(any['intValue']);
  if ('doubleValue' in any) return number(any['doubleValue']);
  if ('arrayValue' in any) {
    const values = object(any['arrayValue'])?.['values'];
    return Array.isArray(values) ? values.map((item) => anyValue(item, depth + 1)) : [];
  }
  if ('kvlistValue' in any) {
    const values = object(any['kvlistValue'])?.['values'];
    const entries = Array.isArray(values) ? values : [];
    return Object.fromEntries(
      entries.map((item) => [text(object(item)?.['key']), anyValue(object(item)?.['value'], depth + 1)]),
    );
  }
  return null;
}

/** A number as JSON number or decimal string; NaN for everything else (a NaN double arrives as null). */
function number(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}

function nanos(value: unknown, name: string): bigint {
  if (value === undefined || value === null || value === '') return 0n;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return BigInt(Math.trunc(value));
  throw new TypeError(`${name} must be nanoseconds since 1970, as a string of digits`);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
