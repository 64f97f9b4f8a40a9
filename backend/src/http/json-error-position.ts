/**
 * Where a text stops being JSON: the index of the first character that cannot be there, the text's length when it
 * ends too early, null when it is valid. V8's own message names no position in Node 20 and quotes the text, which may
 * be somebody's prompt. Only called after JSON.parse has failed.
 */
export function jsonErrorPosition(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expect: 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'end of value' = 'value';
  let at = skipSpace(text, 0);
  for (; at < text.length; at = skipSpace(text, at)) {
    const char = text[at] as string;
    const container = open.at(-1);
    if (expect === 'colon') {
      if (char !== ':') return at;
      expect = 'value';
      at++;
    } else if (expect === 'end of value') {
      if (container === undefined) return at;
      if (char === ',') expect = container === '{' ? 'key' : 'value';
      else if (char === (container === '{' ? '}' : ']')) open.pop();
      else return at;
      at++;
    } else if ((expect === 'key or }' && char === '}') || (expect === 'value or ]' && char === ']')) {
      open.pop();
      expect = 'end of value';
      at++;
    } else if (expect === 'key' || expect === 'key or }') {
      const end = char === '"' ? scanString(text, at) : { at, ok: false };
      if (!end.ok) return end.at;
      at = end.at;
      expect = 'colon';
    } else if (char === '{' || char === '[') {
      open.push(char);
      expect = char === '{' ? 'key or }' : 'value or ]';
      at++;
    } else {
      const end = char === '"' ? scanString(text, at) : scanPlain(text, at);
      if (!end.ok) return end.at;
      at = end.at;
      expect = 'end of value';
    }
  }
  return expect === 'end of value' && open.length === 0 ? null : text.length;
}

/** `at`: behind the token when it is `ok`, else where it goes wrong. */
interface Scan {
  readonly at: number;
  readonly ok: boolean;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++;
  return at;
}

function scanString(text: string, start: number): Scan {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { at: at + 1, ok: true };
    if (code < 0x20) return { at, ok: false };
    if (code !== 0x5c) continue;
    const escape = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at, at + 6));
    if (escape === null) return { at, ok: false };
    at += escape[0].length - 1;
  }
  return { at: text.length, ok: false };
}

const PLAIN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function scanPlain(text: string, start: number): Scan {
  PLAIN.lastIndex = start;
  return PLAIN.test(text) ? { at: PLAIN.lastIndex, ok: true } : { at: start, ok: false };
}
