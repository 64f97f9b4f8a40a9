import type { Chance } from './random.js';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const nested = (depth: number, wrap: (inner: Json) => Json): Json => {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
};

/** Values that break programs, in places where others were expected. */
export const ODD: readonly Json[] = [
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
export function mutate(value: Json, chance: Chance, changes: number): Json {
  const copy = structuredClone({ root: value });
  for (let left = chance.int(changes); left >= 0; left -= 1) mutateOnce(copy, chance);
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
export function mutateBytes(bytes: Buffer, chance: Chance): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = chance.int(3); changes >= 0; changes -= 1) {
    const at = chance.int(result.length);
    // Most often a byte becomes another: what changes lengths makes all that follows unreadable.
    const way = chance.odds(60) ? 0 : chance.int(5);
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
