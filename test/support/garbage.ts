import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { DIMENSIONS } from '../../backend/src/query/dimension.js';
import { OPERATORS } from '../../backend/src/query/filter.js';
import { MEASURE_NAMES } from '../../backend/src/query/measure.js';
import { encodeOtlp } from './otlp-codec.js';
import { mutate, mutateBytes, ODD, type Json } from './mutate.js';
import type { Chance } from './random.js';

/** A request nobody should send. */
export interface GarbageRequest {
  /** How it was made, for the report of a failure. */
  readonly kind: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const EVENT_FIELDS = [
  ...['id', 'trace_id', 'span_id', 'parent_span_id', 'kind', 'name', 'started_at', 'ended_at', 'duration_ms'],
  ...['org_id', 'assistant_id', 'query_type', 'conversation_id', 'user_id', 'environment', 'service_name'],
  ...[
    'operation',
    'provider',
    'model',
    'request_model',
    'response_id',
    'service_tier',
    'error',
    'usage',
    'what',
  ],
  ...['time_to_first_token_ms', 'reported_cost_usd'],
];
const COUNTS = [
  'input_tokens',
  'cache_read',
  'cache_write',
  'cache_write_5m',
  'output_tokens',
  'reasoning',
  'other',
];

function randomEvent(chance: Chance, startedAt: string): Json {
  const event: { [name: string]: Json } = { started_at: startedAt, provider: 'openai', model: 'gpt-4o' };
  const usage: { [name: string]: Json } = { input_tokens: chance.int(5_000), output_tokens: chance.int(500) };
  for (let count = 0; count < chance.int(3); count += 1) usage[chance.pick(COUNTS)] = chance.pick(ODD);
  event['usage'] = usage;
  if (chance.odds(20)) event['kind'] = 'step';
  for (let count = 0; count < chance.int(4); count += 1) event[chance.pick(EVENT_FIELDS)] = chance.pick(ODD);
  return event;
}

const DIMENSION_NAMES = [...DIMENSIONS, ...DIMENSIONS, 'trace_id'];
const PATTERNS = ['.*', '(a|b)', '(((', '[a-z]+', '\\', 'a{1000}', '(.*.*.*)+x', 'gpt%_', 'ä|ö'];

function randomQuery(chance: Chance, startedAt: string): Json {
  const query: Json = {
    from: new Date(Date.parse(startedAt) - chance.int(9) * 3_600_000).toISOString(),
    to: new Date(Date.parse(startedAt) + chance.int(9) * 3_600_000).toISOString(),
    time_zone: chance.pick(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Mars/Olympus']),
    interval: chance.pick(['15m', '1h', '1d', '1w', '1mo', null]),
    measures: [chance.pick(MEASURE_NAMES), chance.pick(MEASURE_NAMES)],
    group_by: [chance.pick(DIMENSION_NAMES)],
    filters: [
      {
        ...{ dimension: chance.pick(DIMENSION_NAMES), operator: chance.pick(OPERATORS) },
        values: chance.odds(80) ? [chance.pick(PATTERNS)] : [],
      },
    ],
    limit: 1 + chance.int(20),
  };
  return chance.odds(40) ? mutate(query, chance, 2) : query;
}

function oddParameter(chance: Chance): string {
  const value = chance.odds(20) ? '%zz' : encodeURIComponent(oddText(chance).slice(0, 500).toWellFormed());
  return `${chance.pick(PARAMETERS)}=${value}`;
}

const oddText = (chance: Chance): string => {
  const value = chance.pick(ODD);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const READ_PATHS = [
  '/api/v1/events',
  '/api/v1/traces/x',
  '/api/v1/quarantine',
  '/api/v1/dimensions/model/values',
];
const PARAMETERS = [
  'org_id',
  'from',
  'to',
  'limit',
  'cursor',
  'kind',
  'model',
  'trace_id',
  'q',
  'reason',
  'status',
];
const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const TYPES = [JSON_TYPE, PROTOBUF];
const ODD_TYPES = [
  '',
  'text/plain',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'multipart/form-data',
  ';',
];
const ODD_ENCODINGS = ['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'identity', 'gzip, gzip', 'x', '__proto__'];
const DEEP = Buffer.from('['.repeat(60_000));
const DEEP_VALUES = Buffer.from('{"resourceSpans":'.concat('[{"a":'.repeat(5_000)));

const TRACES = '/v1/traces';
const EVENTS = '/v1/events';
const QUERY = '/api/v1/query';

interface Kind {
  readonly kind: string;
  readonly paths: readonly string[];
  readonly types: readonly string[];
  readonly body: (chance: Chance) => Uint8Array;
}

/** Makes garbage out of good requests (`otlp`: OTLP/JSON; `startedAt`: a time the product takes). */
export function createGarbage(
  otlp: readonly unknown[],
  startedAt: string,
): (chance: Chance) => GarbageRequest {
  const documents = otlp as readonly Json[];
  const messages = documents.map((document) => encodeOtlp(document as object));
  const json = (value: Json): Buffer => Buffer.from(JSON.stringify(value));
  const document = (chance: Chance): Json => chance.pick(documents);
  const events = (chance: Chance): Json =>
    Array.from({ length: 1 + chance.int(4) }, () => randomEvent(chance, startedAt));
  const of = (kind: string, paths: string[], types: string[], body: Kind['body']): Kind => ({
    ...{ kind, paths, types, body },
  });
  const anywhere = [TRACES, EVENTS, QUERY];
  const kinds: Kind[] = [
    of('protobuf, bytes', [TRACES], [PROTOBUF], (chance) => mutateBytes(chance.pick(messages), chance)),
    of('protobuf, values', [TRACES], [PROTOBUF], (chance) => protobufOf(mutate(document(chance), chance, 6))),
    of('OTLP/JSON, values', [TRACES], [JSON_TYPE], (chance) => json(mutate(document(chance), chance, 6))),
    of('OTLP/JSON, value', [TRACES], [JSON_TYPE], (chance) => json(mutate(document(chance), chance, 1))),
    of('OTLP/JSON, bytes', [TRACES], [JSON_TYPE], (chance) => mutateBytes(json(document(chance)), chance)),
    of('JSON events, fields', [EVENTS], [JSON_TYPE], (chance) => json(events(chance))),
    of('JSON events, values', [EVENTS], [JSON_TYPE], (chance) => json(mutate(events(chance), chance, 5))),
    of('JSON events, bytes', [EVENTS], [JSON_TYPE], (chance) => mutateBytes(json(events(chance)), chance)),
    of('random bytes', anywhere, TYPES, (chance) => chance.bytes(chance.int(300))),
    of('odd JSON', anywhere, [JSON_TYPE], (chance) => json(chance.pick(ODD))),
    of('deep JSON', anywhere, [JSON_TYPE], (chance) => chance.pick([DEEP, DEEP_VALUES])),
    of('query', [QUERY], [JSON_TYPE], (chance) => json(randomQuery(chance, startedAt))),
  ];
  return (chance) => {
    if (chance.odds(8)) return oddRead(chance);
    const { kind, paths, types, body } = chance.pick(kinds);
    const path = chance.pick(paths);
    const headers = { 'content-type': chance.pick(types) };
    const made: GarbageRequest = { kind, method: 'POST', path, headers, body: body(chance) };
    return chance.odds(20) ? oddlyWrapped(made, chance) : made;
  };
}

/** As protobuf, as far as it can be written so. */
function protobufOf(value: Json): Uint8Array {
  try {
    return encodeOtlp(value as object);
  } catch {
    return Buffer.from(JSON.stringify(value));
  }
}

const oddRead = (chance: Chance): GarbageRequest => ({
  ...{ kind: 'read', method: 'GET', headers: {} },
  path: `${chance.pick(READ_PATHS)}?${oddParameter(chance)}&${oddParameter(chance)}`,
});

/** The same body under another type, or packed, or said to be. */
function oddlyWrapped(made: GarbageRequest, chance: Chance): GarbageRequest {
  const body = made.body ?? new Uint8Array();
  const type = chance.odds(30) ? chance.pick([...TYPES, ...ODD_TYPES]) : (made.headers['content-type'] ?? '');
  const packed = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  const way = chance.pick(['gzip', 'deflate', 'br', 'said', 'broken', 'plain'] as const);
  const wrapped = (encoding: string, bytes: Uint8Array): GarbageRequest => ({
    ...made,
    kind: `${made.kind}, ${way}`,
    headers: { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) },
    body: bytes,
  });
  if (way === 'plain') return wrapped('', body);
  if (way === 'said') return wrapped(chance.pick(ODD_ENCODINGS), body);
  if (way === 'broken') return wrapped('gzip', mutateBytes(gzipSync(body), chance));
  return wrapped(way, packed[way](body));
}
