import type { AttributeValue, Attributes } from './span.js';
import type { OtherMeter } from './usage.js';
import * as names from './attribute-names.js';
import { readLiteral, type Literal } from './read-literal.js';

/**
 * Token counts as one source tells them, before it is decided what they include.
 * `null` = not told; NaN = told, but no whole number from 0 to 1e12.
 */
export interface Counts {
  input: number | null;
  uncached: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
  write5m: number | null;
  write1h: number | null;
  inputAudio: number | null;
  cacheReadAudio: number | null;
  inputImage: number | null;
  output: number | null;
  reasoning: number | null;
  outputAudio: number | null;
  outputImage: number | null;
  total: number | null;
  other: Partial<Record<OtherMeter, number>>;
  /** Text was counted apart, so what is not told of audio is none. */
  textTold: boolean;
}

/** Above it no count is believed: a thousand times the largest context window ever sold, times a million. */
export const MAX_COUNT = 1e12;

/** Reads one count: whole numbers, also when sent as a double or as digits; null when absent; NaN when absurd. */
export function toCount(value: Literal | AttributeValue | undefined): number | null {
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' && /^\d{1,15}(?:\.0+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MAX_COUNT
    ? number
    : Number.NaN;
}

export const noCounts = (): Counts => ({
  input: null,
  uncached: null,
  cacheRead: null,
  cacheWrite: null,
  write5m: null,
  write1h: null,
  inputAudio: null,
  cacheReadAudio: null,
  inputImage: null,
  output: null,
  reasoning: null,
  outputAudio: null,
  outputImage: null,
  total: null,
  other: {},
  textTold: false,
});

/** The first of the names that carries a non-empty text (or a list, whose first text counts). */
export function firstText(attributes: Attributes, aliases: readonly string[]): string | null {
  for (const name of aliases) {
    const value = attributes.get(name);
    const text = Array.isArray(value) ? value[0] : value;
    if (typeof text === 'string' && text !== '') return text;
  }
  return null;
}

type Field = Exclude<keyof Counts, 'other' | 'textTold'> | 'text' | 'webSearches' | 'pages';

const NAMES: Readonly<Record<Field, readonly string[]>> = {
  input: names.INPUT,
  uncached: names.UNCACHED_INPUT,
  cacheRead: names.CACHE_READ,
  cacheWrite: names.CACHE_WRITE,
  write5m: names.CACHE_WRITE_5M,
  write1h: names.CACHE_WRITE_1H,
  inputAudio: names.INPUT_AUDIO,
  cacheReadAudio: names.CACHE_READ_AUDIO,
  inputImage: names.INPUT_IMAGE,
  output: names.OUTPUT,
  reasoning: names.REASONING,
  outputAudio: names.OUTPUT_AUDIO,
  outputImage: names.OUTPUT_IMAGE,
  total: names.TOTAL,
  text: names.INPUT_TEXT,
  webSearches: names.WEB_SEARCHES,
  pages: names.PAGES,
};

/** Which count a name tells, and how soon it is believed. */
const PLACES = new Map(
  (Object.keys(NAMES) as Field[]).flatMap((field) =>
    NAMES[field].map((name, rank) => [name, { field, rank }] as const),
  ),
);

/** Reads the counts spread over a span's attributes: in one pass, since a span has fewer names than a count has. */
export function countsOfAttributes(attributes: Attributes): Counts {
  const found: Partial<Record<Field, { readonly rank: number; readonly count: number }>> = {};
  for (const [name, value] of attributes) {
    const place = PLACES.get(name);
    if (!place) continue;
    const held = found[place.field];
    if (held && held.rank < place.rank) continue;
    const count = toCount(value);
    if (count !== null) found[place.field] = { rank: place.rank, count };
  }
  const told = (field: Field): number | null => found[field]?.count ?? null;
  const counts: Counts = {
    input: told('input'),
    uncached: told('uncached'),
    cacheRead: told('cacheRead'),
    cacheWrite: told('cacheWrite'),
    write5m: told('write5m'),
    write1h: told('write1h'),
    inputAudio: told('inputAudio'),
    cacheReadAudio: told('cacheReadAudio'),
    inputImage: told('inputImage'),
    output: told('output'),
    reasoning: told('reasoning'),
    outputAudio: told('outputAudio'),
    outputImage: told('outputImage'),
    total: told('total'),
    other: {},
    textTold: found.text !== undefined,
  };
  addOther(counts, 'web_search', told('webSearches'));
  addOther(counts, 'page', told('pages'));
  addTokenDetails(counts, attributes);
  return counts;
}

/** LangSmith sends the details of its two counts as JSON. */
function addTokenDetails(counts: Counts, attributes: Attributes): void {
  const input = toDict(attributes.get('gen_ai.usage.input_token_details'));
  if (input) {
    counts.cacheRead ??= toCount(input.get('cache_read'));
    counts.cacheWrite ??= toCount(input.get('cache_creation'));
    counts.write5m ??= toCount(input.get('ephemeral_5m_input_tokens'));
    counts.write1h ??=
      toCount(input.get('ephemeral_1h_input_tokens')) ?? toCount(input.get('ephemeral_1hr_input_tokens'));
    counts.inputAudio ??= toCount(input.get('audio'));
  }
  const output = toDict(attributes.get('gen_ai.usage.output_token_details'));
  if (output) {
    counts.reasoning ??= toCount(output.get('reasoning'));
    counts.outputAudio ??= toCount(output.get('audio'));
  }
}

export function addOther(counts: Counts, meter: OtherMeter, count: number | null): void {
  if (count !== null && count !== 0) counts.other[meter] = count;
}

let lastText = '';
let lastDict: ReadonlyMap<string, Literal> | null = null;

/**
 * A dict told as an attribute: JSON text, the repr of a Python dict, or a key-value list. The last text read is
 * remembered: several questions are asked of one attribute in a row.
 */
export function toDict(value: AttributeValue | undefined): ReadonlyMap<string, Literal> | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') return readDict(value);
  if (value === lastText) return lastDict;
  lastDict = readDict(value);
  lastText = value;
  return lastDict;
}

function readDict(value: AttributeValue): ReadonlyMap<string, Literal> | null {
  const literal =
    typeof value === 'string'
      ? /^\s*\{/.test(value)
        ? readLiteral(value)
        : undefined
      : value && toLiteral(value, 0);
  return literal instanceof Map ? literal : null;
}

const MAX_DEPTH = 12;

function toLiteral(value: AttributeValue, depth: number): Literal {
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => toLiteral(item, depth + 1));
  return new Map(Object.entries(value).map(([key, item]) => [key, toLiteral(item, depth + 1)]));
}
