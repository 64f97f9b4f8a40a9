import { jsonErrorPosition } from './json-error-position.js';
import { Problem } from './problem.js';

/** Deeper than any of our bodies (OTLP allows nested values; protobufjs stops at 100) and far from a stack overflow. */
const MAX_DEPTH = 64;

/** Escapes that stand for what PostgreSQL refuses, a NUL or a lone surrogate: one of them would fail a whole batch. */
const SUSPECT_ESCAPE = /\\u(?:0000|d[89a-f])/i;

/**
 * Parses a JSON body. Nesting is limited, NULs are removed and lone surrogates replaced, so a handler may store what
 * it gets. Throws a 400 Problem that names the position and quotes nothing of the body.
 */
export function parseJson(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (isTooDeep(text))
    throw new Problem(400, 'json_too_deep', `The JSON is nested deeper than ${MAX_DEPTH} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidJson(text);
  }
  return SUSPECT_ESCAPE.test(text) ? clean(value) : value;
}

function invalidJson(text: string): Problem {
  const position = jsonErrorPosition(text) ?? text.length;
  const line = text.slice(0, position).split('\n').length;
  const column = position - text.lastIndexOf('\n', position - 1);
  const what = position >= text.length ? 'ends too early' : 'is not valid';
  return new Problem(
    400,
    'invalid_json',
    `The JSON ${what} at position ${position} (line ${line}, column ${column}).`,
  );
}

/** Counts brackets outside strings; hops over strings with indexOf, so that long texts cost little. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
      if (i === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), clean(inner)]));
}

/** Text as PostgreSQL can store it: no NUL, no lone surrogate. */
function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
