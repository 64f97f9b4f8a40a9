import { frame, GREETING, TAG } from '../protocol.js';

/** The answers the port gives by itself. */

export type TransactionStatus = 'I' | 'T' | 'E';

export const readyForQuery = (status: TransactionStatus): Buffer =>
  frame(TAG.readyForQuery, Buffer.from(status));
export const commandComplete = (tag: string): Buffer => frame(0x43, Buffer.from(`${tag}\0`));
export const EMPTY_QUERY = frame(0x49);
export const PARSE_COMPLETE = frame(0x31);
export const BIND_COMPLETE = frame(0x32);
export const CLOSE_COMPLETE = frame(0x33);
export const NO_DATA = frame(0x6e);
export const NO_PARAMETERS = frame(0x74, Buffer.from([0, 0]));
export const ASK_PASSWORD = frame(0x52, Buffer.from([0, 0, 0, 3]));

/** An error after which the connection goes on. */
export const errorFrame = (code: string, message: string): Buffer =>
  frame(0x45, Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`));

/** What a server says once the password was right. `key`: eight bytes that a cancel request must name. */
export const greeting = (key: Buffer): Buffer => {
  const old = frame(0x4b, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]));
  const at = GREETING.indexOf(old);
  return Buffer.concat([GREETING.subarray(0, at), frame(0x4b, key), GREETING.subarray(at + old.length)]);
};
