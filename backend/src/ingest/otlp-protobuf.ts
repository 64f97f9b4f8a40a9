import protobuf from 'protobufjs/minimal.js';
import { EXCEPTION, MAX_VALUE_DEPTH, SPAN_STATUSES } from './otlp-limits.js';
import type { Attributes, AttributeValue, Span } from '../usage/span.js';

type Reader = protobuf.Reader;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NO_ATTRIBUTES: Attributes = new Map();
const wireType = (tag: number): number => tag & 7;

/**
 * Decodes an `ExportTraceServiceRequest` (opentelemetry-proto v1.11) straight into spans.
 * Only the fields a ledger may keep are read: events (but for the question whether one is an exception), links, trace
 * state and status messages are skipped undecoded, so contents of prompts in them never become a string here.
 * @throws Error when the bytes are no such message; nothing of the body is then used.
 */
export function decodeOtlpProtobuf(body: Uint8Array): Span[] {
  const spans: Span[] = [];
  const reader = protobuf.Reader.create(body);
  fields(reader, reader.len, (field) => {
    if (field !== 1) return false;
    readResourceSpans(reader, reader.uint32() + reader.pos, spans);
    return true;
  });
  return spans;
}

/** Walks the fields of one message up to `end`; a field that `read` does not take is skipped. */
function fields(reader: Reader, end: number, read: (field: number, tag: number) => boolean): void {
  if (end > reader.len) throw new RangeError('a message ends beyond the body');
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if (field === 0) throw new RangeError('field number 0');
    if (!read(field, tag)) reader.skipType(wireType(tag));
  }
  if (reader.pos !== end) throw new RangeError('a field crosses the end of its message');
}

function readResourceSpans(reader: Reader, end: number, spans: Span[]): void {
  const scopes: { start: number; end: number }[] = [];
  let resource: Attributes = NO_ATTRIBUTES;
  fields(reader, end, (field) => {
    if (field === 1) resource = readResource(reader, reader.uint32() + reader.pos);
    else if (field === 2) {
      // The resource may follow its spans on the wire: remember where they are.
      const scopeEnd = reader.uint32() + reader.pos;
      if (scopeEnd > end) throw new RangeError('scope spans end beyond their resource');
      scopes.push({ start: reader.pos, end: scopeEnd });
      reader.pos = scopeEnd;
    } else return false;
    return true;
  });
  const after = reader.pos;
  for (const scope of scopes) {
    reader.pos = scope.start;
    readScopeSpans(reader, scope.end, resource, spans);
  }
  reader.pos = after;
}

function readResource(reader: Reader, end: number): Attributes {
  const attributes = new Map<string, AttributeValue>();
  fields(reader, end, (field) => {
    if (field !== 1) return false;
    readKeyValue(reader, reader.uint32() + reader.pos, attributes, 0);
    return true;
  });
  return attributes;
}

function readScopeSpans(reader: Reader, end: number, resource: Attributes, spans: Span[]): void {
  const scope = { name: '', version: '' };
  const first = spans.length;
  fields(reader, end, (field) => {
    if (field === 1) readScope(reader, reader.uint32() + reader.pos, scope);
    else if (field === 2) spans.push(readSpanMessage(reader, reader.uint32() + reader.pos, resource));
    else return false;
    return true;
  });
  for (let index = first; index < spans.length; index += 1) {
    const span = spans[index] as Mutable<Span>;
    span.scopeName = scope.name;
    span.scopeVersion = scope.version;
  }
}

function readScope(reader: Reader, end: number, scope: { name: string; version: string }): void {
  fields(reader, end, (field) => {
    if (field === 1) scope.name = reader.string();
    else if (field === 2) scope.version = reader.string();
    else return false;
    return true;
  });
}

function readSpanMessage(reader: Reader, end: number, resource: Attributes): Span {
  const attributes = new Map<string, AttributeValue>();
  const span: Mutable<Span> = {
    traceId: '',
    spanId: '',
    parentSpanId: null,
    name: '',
    startUnixNano: 0n,
    endUnixNano: 0n,
    status: 'unset',
    hasException: false,
    attributes,
    resource,
    scopeName: '',
    scopeVersion: '',
  };
  fields(reader, end, (field) => {
    if (field === 1) span.traceId = hex(reader.bytes());
    else if (field === 2) span.spanId = hex(reader.bytes());
    else if (field === 4) span.parentSpanId = hex(reader.bytes()) || null;
    else if (field === 5) span.name = reader.string();
    else if (field === 7) span.startUnixNano = fixed64(reader);
    else if (field === 8) span.endUnixNano = fixed64(reader);
    else if (field === 9) readKeyValue(reader, reader.uint32() + reader.pos, attributes, 0);
    else if (field === 11)
      span.hasException = isException(reader, reader.uint32() + reader.pos) || span.hasException;
    else if (field === 15) span.status = readStatus(reader, reader.uint32() + reader.pos);
    else return false;
    return true;
  });
  return span;
}

const EXCEPTION_BYTES = Buffer.from(EXCEPTION);

/** Compares an event's name as bytes: nothing of an event becomes a string. */
function isException(reader: Reader, end: number): boolean {
  let found = false;
  fields(reader, end, (field) => {
    if (field !== 2) return false;
    found = EXCEPTION_BYTES.equals(reader.bytes());
    return true;
  });
  return found;
}

function readStatus(reader: Reader, end: number): Span['status'] {
  let code = 0;
  fields(reader, end, (field) => {
    if (field !== 3) return false;
    code = reader.int32();
    return true;
  });
  return SPAN_STATUSES[code] ?? 'unset';
}

function readKeyValue(reader: Reader, end: number, into: Map<string, AttributeValue>, depth: number): void {
  let key = '';
  let value: AttributeValue = null;
  fields(reader, end, (field) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = readValue(reader, reader.uint32() + reader.pos, depth);
    else return false;
    return true;
  });
  if (key) into.set(key, value);
}

function readValue(reader: Reader, end: number, depth: number): AttributeValue {
  let value: AttributeValue = null;
  fields(reader, end, (field) => {
    if (field === 1) value = reader.string();
    else if (field === 2) value = reader.bool();
    else if (field === 3) value = int64(reader);
    else if (field === 4) value = reader.double();
    else if ((field === 5 || field === 6) && depth < MAX_VALUE_DEPTH) {
      const innerEnd = reader.uint32() + reader.pos;
      value = field === 5 ? readArray(reader, innerEnd, depth + 1) : readMap(reader, innerEnd, depth + 1);
    } else return false;
    return true;
  });
  return value;
}

function readArray(reader: Reader, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = [];
  fields(reader, end, (field) => {
    if (field !== 1) return false;
    values.push(readValue(reader, reader.uint32() + reader.pos, depth));
    return true;
  });
  return values;
}

function readMap(reader: Reader, end: number, depth: number): AttributeValue {
  const entries = new Map<string, AttributeValue>();
  fields(reader, end, (field) => {
    if (field !== 1) return false;
    readKeyValue(reader, reader.uint32() + reader.pos, entries, depth);
    return true;
  });
  return Object.fromEntries(entries);
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** Whole nanoseconds: a double would round them and move a span across a millisecond, which is part of its identity. */
function fixed64(reader: Reader): bigint {
  const low = reader.fixed32();
  const high = reader.fixed32();
  return (BigInt(high) << 32n) | BigInt(low);
}

function int64(reader: Reader): number {
  const value: unknown = reader.int64();
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
}
