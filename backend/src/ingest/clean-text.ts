/** Longest string that is stored of a span (design section 3). */
export const MAX_TEXT_LENGTH = 256;

// eslint-disable-next-line no-control-regex -- control characters are what it removes
const CONTROL = /[\u0000-\u001f\u007f]+/g;
/** Nearly every name and id is like this already, and a test costs a tenth of a rewrite. */
const CLEAN = /^[!-~](?:[ -~]{0,254}[!-~])?$/;

/**
 * A string PostgreSQL always takes and a table can show: well-formed Unicode, no control characters (U+0000 alone fails
 * a whole batch: 22021, 22P05), trimmed, at most 256 characters.
 */
export function cleanText(value: string): string {
  if (CLEAN.test(value)) return value;
  const short = value.length > MAX_TEXT_LENGTH * 2 ? value.slice(0, MAX_TEXT_LENGTH * 2) : value;
  const plain = short.toWellFormed().replace(CONTROL, ' ').trim();
  return plain.length > MAX_TEXT_LENGTH ? plain.slice(0, MAX_TEXT_LENGTH).toWellFormed() : plain;
}

/** A name that may be missing; one without any visible character is. */
export const cleanName = (name: string | null): string | null =>
  name === null ? null : cleanText(name) || null;
