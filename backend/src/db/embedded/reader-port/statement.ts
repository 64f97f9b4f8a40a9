/** What a statement of a reader is to the port: the engine sees nothing but `query`. */
export type Statement =
  | { readonly kind: 'empty' }
  | { readonly kind: 'query' }
  /** Answered here: there is no session that it could change. */
  | { readonly kind: 'session'; readonly command: SessionCommand }
  | { readonly kind: 'refused'; readonly message: string };

export type SessionCommand = 'BEGIN' | 'COMMIT' | 'ROLLBACK' | 'SET' | 'RESET' | 'DISCARD ALL' | 'DEALLOCATE';

const READING = new Set(['select', 'with', 'values', 'table', 'show', 'explain']);
const TRANSACTION: Readonly<Record<string, SessionCommand>> = {
  begin: 'BEGIN',
  start: 'BEGIN',
  commit: 'COMMIT',
  end: 'COMMIT',
  rollback: 'ROLLBACK',
  abort: 'ROLLBACK',
};
/** What clients set on connecting, to what holds here anyway. */
const HARMLESS =
  /^set\s+(session\s+)?(application_name|extra_float_digits|client_min_messages)\b|^set\s+(session\s+)?(datestyle(\s+to\s+|\s*=\s*)'?iso\b|client_encoding(\s+to\s+|\s*=\s*)'?utf-?8'?|standard_conforming_strings(\s+to\s+|\s*=\s*)'?on'?|time\s*zone(\s+to\s+|\s*=\s*|\s+)'?utc'?)\s*/i;

/**
 * Decides by the first word, found as PostgreSQL finds it: comments nest there, so a `select` within
 * two of them may hide a `commit` behind them.
 * A word that is let through says nothing about what follows; the engine runs it read only, by a role that may nothing else.
 */
export function readStatement(text: string): Statement {
  const start = firstToken(text);
  if (start === null) return { kind: 'refused', message: 'a comment is not closed' };
  const rest = text.slice(start);
  if (rest === '') return { kind: 'empty' };
  const word = /^[a-z_]+/i.exec(rest)?.[0].toLowerCase() ?? '';
  if (READING.has(word)) return { kind: 'query' };
  const [single, more] = rest.split(';', 2);
  if (more !== undefined && firstToken(more) !== more.length) return refused(word);
  const command = sessionCommand(word, (single ?? '').trim());
  return command === null ? refused(word) : { kind: 'session', command };
}

function sessionCommand(word: string, text: string): SessionCommand | null {
  const transaction = TRANSACTION[word];
  if (transaction !== undefined) return /\b(prepared|to|savepoint)\b/i.test(text) ? null : transaction;
  if (word === 'set') return HARMLESS.test(text) ? 'SET' : null;
  if (word === 'reset') return 'RESET';
  if (word === 'discard') return 'DISCARD ALL';
  if (word === 'deallocate') return 'DEALLOCATE';
  return null;
}

function refused(word: string): Statement {
  const what =
    word === 'set'
      ? 'this setting cannot be changed here'
      : 'only one reading statement at a time is accepted here';
  return { kind: 'refused', message: `${what}: select, with, values, table, show or explain` };
}

/** Offset of what is neither space, comment, bracket nor an empty statement; null where a comment does not end. */
function firstToken(text: string): number | null {
  let at = 0;
  for (;;) {
    while (at < text.length && ' \t\n\r\f\v(;'.includes(text.charAt(at))) at += 1;
    if (text.startsWith('--', at)) {
      const line = /[\n\r]/.exec(text.slice(at));
      if (!line) return text.length;
      at += line.index;
    } else if (text.startsWith('/*', at)) {
      const end = commentEnd(text, at);
      if (end === null) return null;
      at = end;
    } else return at;
  }
}

function commentEnd(text: string, start: number): number | null {
  let depth = 0;
  for (let at = start; at < text.length;) {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
      if (depth === 0) return at;
    } else at += 1;
  }
  return null;
}
