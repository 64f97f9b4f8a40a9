/** The few pieces of PostgreSQL's wire protocol (version 3) that the embedded engine's connections need. */

/** Message bytes, named after their meaning. */
export const TAG = {
  query: 0x51, // Q
  parse: 0x50, // P
  bind: 0x42, // B
  describe: 0x44, // D
  close: 0x43, // C
  sync: 0x53, // S
  flush: 0x48, // H
  terminate: 0x58, // X
  readyForQuery: 0x5a, // Z
  notification: 0x41, // A
  copyInResponse: 0x47, // G
} as const;

/** One frame: tag, length, body. */
export function frame(tag: number, body: Uint8Array = new Uint8Array()): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes[0] = tag;
  bytes.writeInt32BE(body.length + 4, 1);
  bytes.set(body, 5);
  return bytes;
}

export const SYNC = frame(TAG.sync);
export const FLUSH = frame(TAG.flush);

/** A simple query; several statements separated by `;` are allowed. */
export function queryFrame(text: string): Buffer {
  return frame(TAG.query, Buffer.from(`${text}\0`));
}

/** Closes a prepared statement; no error when it does not exist. */
export function closeStatementFrame(name: string): Buffer {
  return frame(TAG.close, Buffer.from(`S${name}\0`));
}

/** A FATAL ErrorResponse: the client's connection ends with it. */
export function fatalFrame(code: string, message: string): Buffer {
  return frame(0x45, Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`));
}

/** The complete frames of `bytes`, without copying. `bytes` must hold whole frames only. */
export function* frames(bytes: Buffer): Generator<Buffer> {
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + 1 + bytes.readInt32BE(offset + 1);
    yield bytes.subarray(offset, end);
    offset = end;
  }
}

/** The zero-terminated string at `offset` and the offset behind it. */
export function readCString(bytes: Buffer, offset: number): { text: string; next: number } {
  const end = bytes.indexOf(0, offset);
  return { text: bytes.toString('utf8', offset, end), next: end + 1 };
}

const parameterStatus = (name: string, value: string): Buffer =>
  frame(TAG.sync, Buffer.from(`${name}\0${value}\0`));

/** What a server says after an accepted startup: AuthenticationOk, its parameters, a key, ReadyForQuery. */
export const GREETING = Buffer.concat([
  frame(0x52, Buffer.from([0, 0, 0, 0])),
  parameterStatus('server_version', '17.5'),
  parameterStatus('client_encoding', 'UTF8'),
  parameterStatus('DateStyle', 'ISO, MDY'),
  parameterStatus('TimeZone', 'UTC'),
  parameterStatus('integer_datetimes', 'on'),
  parameterStatus('standard_conforming_strings', 'on'),
  frame(0x4b, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])),
  frame(TAG.readyForQuery, Buffer.from('I')),
]);
