/**
 * The regular expressions a filter accepts, as SQL LIKE patterns. Only literals, `.`, `.*`, `.+`, `\` before a
 * character, `^` and `$` at the ends and one level of alternatives: what Grafana sends for a variable with many values
 * (`(acme|globex)`) and what people type (`gpt-4.*`). A full regular expression could be made to run for hours, and the
 * embedded engine enforces no statement timeout.
 */

const NOT_SUPPORTED = new Set('*+?()[]{}^$|');

/**
 * Patterns any of which must match the whole value.
 * @throws RangeError telling what is not supported.
 */
export function likePatterns(expression: string): string[] {
  let inner = expression.replace(/^\^/, '');
  if (/(?<!\\)(?:\\\\)*\$$/.test(inner)) inner = inner.slice(0, -1);
  const group = /^\((?:\?:)?(.*)\)$/s.exec(inner);
  if (group && isClosed(group[1] ?? '')) inner = group[1] ?? '';
  return alternatives(inner).map(likePattern);
}

/** True if the text has no bracket of its own and does not end in a lone backslash, so the outer ones are a pair. */
function isClosed(text: string): boolean {
  return !/[()]|\\$/.test(text.replace(/\\./gs, ''));
}

function alternatives(text: string): string[] {
  const found = [''];
  for (const [token] of text.matchAll(/\\.|[^]/gsu)) {
    if (token === '|') found.push('');
    else found[found.length - 1] += token;
  }
  return found;
}

function likePattern(alternative: string): string {
  let pattern = '';
  for (const [token] of alternative.matchAll(/\\[^]|\.\*|\.\+|[^]/gu)) pattern += likeToken(token);
  return pattern;
}

function likeToken(token: string): string {
  if (token === '.') return '_';
  if (token === '.*') return '%';
  if (token === '.+') return '_%';
  if (/^\\[A-Za-z0-9]/.test(token)) throw unsupported(token);
  if (token === '\\') throw new RangeError('ends with a lone backslash; write \\\\ for a backslash');
  if (NOT_SUPPORTED.has(token)) throw unsupported(token);
  const literal = token.length > 1 && token.startsWith('\\') ? token.slice(1) : token;
  return /[\\%_]/.test(literal) ? `\\${literal}` : literal;
}

const unsupported = (token: string): RangeError =>
  new RangeError(
    `"${token}" is not supported here; use literals, ".", ".*", ".+" and alternatives like "(a|b)", or escape it with \\`,
  );
