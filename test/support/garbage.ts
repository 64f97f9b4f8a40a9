import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { MEASURE_NAMES } from '../../backend/src/query/measure.js';
import { encodeOtlp } from './otlp-codec.js';
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

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const nested = (depth: number, wrap: (inner: Json) => Json): Json => {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
};

/** Values that break programs, in places where others were expected. */
const ODD: readonly Json[] = [
  ...[null, true, false, 0, -0, -1, 1, 0.1, 1e308, -1e308, 5e-324, 1e13, 2 ** 53, 2 ** 63, 1e21],
  ...[
    '',
    ' ',
    '0',
    '-1',
    'NaN',
    'Infinity',
    '1e400',
    '99999999999999999999999',
    '0x10',
    'null',
    '{}',
    '[',
    '{"a":',
  ],
  ...[
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    'ä'.repeat(3_000),
    "'; drop table usage_events; --",
  ],
  ...[
    '1970-01-01T00:00:00Z',
    '2026-11-22T10:15:00Z',
    '9999-12-31T23:59:59Z',
    '-271821-04-20T00:00:00Z',
    '0000-00-00',
  ],
  ...['00000000000000000000000000000000', 'ffffffffffffffff', 'F'.repeat(32), 'g'.repeat(32)],
  ...[[], {}, [[]], [null], ['a', 1, null], { value: null }, { stringValue: 5 }, { intValue: '1e99' }],
  ...[{ doubleValue: 'NaN' }, { intValue: null }, { arrayValue: 5 }, { kvlistValue: { values: 'x' } }],
  { constructor: 1, toString: 2, hasOwnProperty: null, length: -1, then: 'x' },
  JSON.parse('{"__proto__": {"polluted": true}}') as Json,
  nested(40, (inner) => [inner]),
  nested(40, (inner) => ({ kvlistValue: { values: [{ key: 'a', value: inner }] } })),
];

const ODD_NAMES = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'id',
  'usage',
  'value',
  'a\u0000',
  '\ud800',
];

/** The value with up to `changes` of its places changed. The original is left as it was. */
function mutate(value: Json, chance: Chance, changes: number): Json {
  const copy = structuredClone({ root: value });
  for (let change = 0; change <= chance.int(changes); change += 1) mutateOnce(copy, chance);
  return copy.root ?? null;
}

function mutateOnce(root: { root: Json }, chance: Chance): void {
  let parent: Json[] | { [name: string]: Json } = root;
  let key: string | number = 'root';
  for (;;) {
    const inner: Json = (parent as { [name: string]: Json })[key] ?? null;
    if (typeof inner !== 'object' || inner === null || chance.odds(12)) break;
    const keys: (string | number)[] = Array.isArray(inner) ? [...inner.keys()] : Object.keys(inner);
    if (keys.length === 0) break;
    parent = inner;
    key = chance.pick(keys);
  }
  const holder = parent as { [name: string]: Json };
  if (chance.odds(70)) holder[key] = structuredClone(chance.pick(ODD));
  else if (Array.isArray(parent)) {
    if (chance.odds(50)) parent.splice(Number(key), 1);
    else parent.push(structuredClone(chance.pick(ODD)));
  } else {
    const moved = holder[key] ?? null;
    if (chance.odds(70)) Reflect.deleteProperty(holder, key);
    if (chance.odds(70)) {
      const name = chance.pick(ODD_NAMES);
      Object.defineProperty(holder, name, {
        value: moved,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
}

/** Bytes with some flipped, cut out, put in, or doubled. */
function mutateBytes(bytes: Buffer, chance: Chance): Buffer {
  let result = Buffer.from(bytes);
  for (let change = 0; change <= chance.int(6); change += 1) {
    const at = chance.int(result.length);
    const way = chance.int(5);
    if (way === 0 && result.length > 0) result[at] = chance.int(256);
    else if (way === 1) result = result.subarray(0, at);
    else if (way === 2)
      result = Buffer.concat([result.subarray(0, at), chance.bytes(chance.int(20)), result.subarray(at)]);
    else if (way === 3)
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + chance.int(30))]);
    else result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - chance.int(60)))]);
  }
  return result;
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

const DIMENSION_NAMES = [
  'org_id',
  'model',
  'provider',
  'environment',
  'assistant_id',
  'query_type',
  'trace_id',
];
const OPERATORS = ['=', '!=', 'in', 'not in', '=~', '!~', 'contains', 'is null', 'is not null', 'like'];
const PATTERNS = ['.*', '(a|b)', '(((', '[a-z]+', '\\', 'a{1000}', '(.*.*.*)+x', 'gpt%_', 'ä|ö'];

function randomQuery(chance: Chance, startedAt: string): Json {
  const query: Json = {
    from: new Date(Date.parse(startedAt) - chance.int(9) * 3_600_000).toISOString(),
    to: new Date(Date.parse(startedAt) + chance.int(9) * 3_600_000).toISOString(),
    time_zone: chance.pick(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Mars/Olympus', '']),
    interval: chance.pick(['15m', '1h', '1d', '1w', '1mo', null]),
    measures: [chance.pick(MEASURE_NAMES), chance.pick(MEASURE_NAMES)],
    group_by: [chance.pick(DIMENSION_NAMES)],
    filters: [
      {
        ...{ dimension: chance.pick(DIMENSION_NAMES), operator: chance.pick(OPERATORS) },
        values: [chance.pick(PATTERNS)],
      },
    ],
    limit: chance.int(20),
  };
  return chance.odds(70) ? mutate(query, chance, 3) : query;
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
const TYPES = ['application/json', 'application/x-protobuf'];
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

/** Makes garbage out of good requests (`otlp`: OTLP/JSON; `startedAt`: a time the product takes). */
export function createGarbage(
  otlp: readonly unknown[],
  startedAt: string,
): (chance: Chance) => GarbageRequest {
  const documents = otlp as readonly { resourceSpans: unknown[] }[];
  const messages = documents.map((document) => encodeOtlp(document));
  const json = (value: Json): Buffer => Buffer.from(JSON.stringify(value));
  const post = (kind: string, path: string, type: string, body: Uint8Array): GarbageRequest => ({
    ...{ kind, method: 'POST', path, headers: { 'content-type': type }, body },
  });
  const events = (chance: Chance): Json =>
    Array.from({ length: 1 + chance.int(4) }, () => randomEvent(chance, startedAt));
  const makers: ((chance: Chance) => GarbageRequest)[] = [
    (chance) =>
      post(
        'protobuf, bytes changed',
        '/v1/traces',
        TYPES[1] ?? '',
        mutateBytes(chance.pick(messages), chance),
      ),
    (chance) =>
      post(
        'protobuf, bytes changed',
        '/v1/traces',
        TYPES[1] ?? '',
        mutateBytes(chance.pick(messages), chance),
      ),
    (chance) =>
      post(
        'OTLP/JSON, values changed',
        '/v1/traces',
        TYPES[0] ?? '',
        json(mutate(chance.pick(documents) as unknown as Json, chance, 8)),
      ),
    (chance) =>
      post(
        'OTLP/JSON, values changed',
        '/v1/traces',
        TYPES[0] ?? '',
        json(mutate(chance.pick(documents) as unknown as Json, chance, 3)),
      ),
    (chance) =>
      post(
        'OTLP/JSON, bytes changed',
        '/v1/traces',
        TYPES[0] ?? '',
        mutateBytes(json(chance.pick(documents) as unknown as Json), chance),
      ),
    (chance) => post('JSON events, odd fields', '/v1/events', TYPES[0] ?? '', json(events(chance))),
    (chance) =>
      post(
        'JSON events, values changed',
        '/v1/events',
        TYPES[0] ?? '',
        json(mutate({ events: events(chance) }, chance, 5)),
      ),
    (chance) =>
      post(
        'JSON events, bytes changed',
        '/v1/events',
        TYPES[0] ?? '',
        mutateBytes(json(events(chance)), chance),
      ),
    (chance) =>
      post(
        'random bytes',
        chance.pick(['/v1/traces', '/v1/events']),
        chance.pick(TYPES),
        chance.bytes(chance.int(300)),
      ),
    (chance) =>
      post(
        'odd JSON',
        chance.pick(['/v1/traces', '/v1/events', '/api/v1/query']),
        TYPES[0] ?? '',
        json(chance.pick(ODD)),
      ),
    (chance) =>
      post(
        'deep JSON',
        chance.pick(['/v1/traces', '/v1/events', '/api/v1/query']),
        TYPES[0] ?? '',
        chance.pick([DEEP, DEEP_VALUES]),
      ),
    (chance) => post('query', '/api/v1/query', TYPES[0] ?? '', json(randomQuery(chance, startedAt))),
    (chance) => ({
      ...{ kind: 'read', method: 'GET', headers: {} },
      path: `${chance.pick(READ_PATHS)}?${oddParameter(chance)}&${oddParameter(chance)}`,
    }),
  ];
  return (chance) => {
    const made = chance.pick(makers)(chance);
    return made.body && chance.odds(25) ? oddlyWrapped(made, made.body, chance) : made;
  };
}

/** The same body under another type, or packed, or said to be. */
function oddlyWrapped(made: GarbageRequest, body: Uint8Array, chance: Chance): GarbageRequest {
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
