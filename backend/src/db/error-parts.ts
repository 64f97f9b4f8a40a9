// By shape, not by `instanceof`: errors of Node's own modules and of other realms are no instances of this realm's Error.

/** The `code` of an error (SQLSTATE, ECONNREFUSED, …), or ''. */
export function errorCode(error: unknown): string {
  return partOf(error, 'code');
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return partOf(error, 'message') || errorCode(error) || String(error);
}

function partOf(error: unknown, key: 'code' | 'message'): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' ? value : '';
}
