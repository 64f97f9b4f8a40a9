import { errorCode, errorMessage } from './error-parts.js';

// PostgreSQL: connection exceptions, serialisation failure and deadlock, completion unknown, read only (a failover is under
// way), idle in transaction, lock not available, disk full, out of memory, too many connections, server going or gone.
const SQLSTATES = /^(08\w{3}|40001|40P01|40003|25006|25P03|55P03|53[123]00|57P0[1235])$/;
const SOCKET_ERRORS = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
// pg gives these no code.
const PG_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/;

/**
 * True when the database, not the statement, was the reason: repeating the whole transaction may succeed.
 * A commit may have happened all the same, so only idempotent work may be repeated.
 */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return SQLSTATES.test(code) || SOCKET_ERRORS.has(code) || PG_MESSAGES.test(errorMessage(error));
}
