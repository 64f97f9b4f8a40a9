/** What a literal may hold. */
export type Literal = string | number | boolean | null | Literal[] | Map<string, Literal>;

const MAX_CHARACTERS = 65_536;
const MAX_DEPTH = 12;
const MAX_VALUES = 2_000;
const WORDS: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['None', null],
  ['null', null],
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
]);

class Unreadable extends Error {}

interface Cursor {
  readonly text: string;
  at: number;
  values: number;
}

/**
 * Reads one JSON value or one Python literal (`{'prompt_tokens': 12, 'details': None}`, as LiteLLM's spans carry it).
 * A reader, not an evaluator: dicts, lists, tuples, strings, numbers, booleans and null, nothing else, at most
 * 64 KiB, 12 levels and 2,000 values. Objects become Maps, so that `__proto__` is only a key.
 * @returns undefined when the text is anything else.
 */
export function readLiteral(text: string): Literal | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const cursor: Cursor = { text, at: 0, values: 0 };
  try {
    const value = readValue(cursor, 0);
    skipSpace(cursor);
    return cursor.at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function readValue(cursor: Cursor, depth: number): Literal {
  if (depth > MAX_DEPTH || ++cursor.values > MAX_VALUES) throw new Unreadable();
  skipSpace(cursor);
  const first = cursor.text[cursor.at];
  if (first === '{') return readDict(cursor, depth);
  if (first === '[') return readList(cursor, depth, ']');
  if (first === '(') return readList(cursor, depth, ')');
  if (first === '"' || first === "'") return readString(cursor, first);
  return readScalar(cursor);
}

function readDict(cursor: Cursor, depth: number): Map<string, Literal> {
  const dict = new Map<string, Literal>();
  cursor.at++;
  for (;;) {
    if (take(cursor, '}')) return dict;
    const key = readValue(cursor, depth + 1);
    if (typeof key !== 'string') throw new Unreadable();
    if (!take(cursor, ':')) throw new Unreadable();
    dict.set(key, readValue(cursor, depth + 1));
    if (!take(cursor, ',') && cursor.text[cursor.at] !== '}') throw new Unreadable();
  }
}

function readList(cursor: Cursor, depth: number, end: ']' | ')'): Literal[] {
  const list: Literal[] = [];
  cursor.at++;
  for (;;) {
    if (take(cursor, end)) return list;
    list.push(readValue(cursor, depth + 1));
    if (!take(cursor, ',') && cursor.text[cursor.at] !== end) throw new Unreadable();
  }
}

/** Escapes keep their second character: counts and tiers hold none, and texts are not looked at. */
function readString(cursor: Cursor, quote: '"' | "'"): string {
  let value = '';
  let from = ++cursor.at;
  for (; cursor.at < cursor.text.length; cursor.at++) {
    const character = cursor.text[cursor.at];
    if (character === '\\') {
      value += cursor.text.slice(from, cursor.at);
      from = ++cursor.at;
    } else if (character === quote) {
      value += cursor.text.slice(from, cursor.at++);
      return value;
    }
  }
  throw new Unreadable();
}

const SCALAR = /[\w.+-]+/y;

function readScalar(cursor: Cursor): Literal {
  SCALAR.lastIndex = cursor.at;
  const word = SCALAR.exec(cursor.text)?.[0];
  if (word === undefined) throw new Unreadable();
  cursor.at += word.length;
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word)) throw new Unreadable();
  return Number(word);
}

function skipSpace(cursor: Cursor): void {
  while (isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 160;

function take(cursor: Cursor, character: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  skipSpace(cursor);
  return true;
}
