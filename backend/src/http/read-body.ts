import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { BytesInFlight } from './bytes-in-flight.js';
import { Problem } from './problem.js';

const CHUNKS = { chunkSize: 64 * 1024 };
const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createGunzip(CHUNKS),
  'x-gzip': () => createGunzip(CHUNKS),
  deflate: () => createInflate(CHUNKS),
  br: () => createBrotliDecompress(CHUNKS),
};

/** Read and inflated. `release` gives its bytes back to the gate; call it when the request is over. */
export interface ReadBody {
  readonly body: Buffer;
  readonly release: () => void;
}

/**
 * Reads a request's body and undoes its content encoding. `maxBytes` holds for what is sent and for what comes out of
 * it, and stops a bomb while it unfolds. Rejects with a Problem: 413 too large, 415 unknown encoding, 400 broken
 * encoding or aborted, 503 when too many bytes are in flight. What is left unread is discarded by Node.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  gate: BytesInFlight,
): Promise<ReadBody> {
  const decode = decoderOf(request.headers['content-encoding']);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  if (!gate.fits(declared)) throw busy();

  let held = 0;
  const chunks: Buffer[] = [];
  const release = (): void => {
    gate.release(held);
    held = 0;
  };
  const keep = (chunk: Buffer): void => {
    if (held + chunk.length > maxBytes) throw tooLarge(maxBytes);
    if (!gate.take(chunk.length)) throw busy();
    held += chunk.length;
    chunks.push(chunk);
  };
  try {
    await consume(request, decode?.() ?? null, keep);
  } catch (error) {
    release();
    throw error instanceof Problem ? error : brokenEncoding(request, error);
  }
  return { body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), release };
}

/** Not `pipeline`: it would destroy the request, and with it the socket on which the error is to be answered. */
function consume(
  request: IncomingMessage,
  decoder: Duplex | null,
  keep: (chunk: Buffer) => void,
): Promise<void> {
  const source: Readable = decoder ?? request;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      source.removeListener('data', onData);
      if (decoder !== null) {
        request.unpipe(decoder);
        decoder.destroy();
      }
      request.resume();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onData = (chunk: Buffer): void => {
      try {
        keep(chunk);
      } catch (error) {
        fail(error);
      }
    };
    source.on('data', onData);
    source.once('end', resolve);
    source.on('error', fail);
    request.once('close', () => {
      if (!request.complete) fail(aborted());
    });
    request.on('error', () => fail(aborted()));
    if (request.destroyed) fail(aborted());
    else if (decoder !== null) request.pipe(decoder);
  });
}

function decoderOf(header: string | undefined): (() => Duplex) | null {
  const encoding = (header ?? 'identity').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return null;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decoder !== undefined) return decoder;
  throw new Problem(
    415,
    'unsupported_encoding',
    'This content encoding is not supported. Use gzip, deflate, br or none.',
    { headers: { 'accept-encoding': 'gzip, deflate, br' } },
  );
}

const tooLarge = (maxBytes: number): Problem =>
  new Problem(
    413,
    'body_too_large',
    `The body is larger than ${maxBytes} bytes after decompression. Send smaller batches.`,
  );

const busy = (): Problem =>
  new Problem(
    503,
    'too_many_bytes_in_flight',
    'The server holds as many request bytes as it may. Send this again later.',
    {
      retryAfter: 1,
    },
  );

const aborted = (): Problem => new Problem(400, 'body_aborted', 'The body ended before its announced end.');

function brokenEncoding(request: IncomingMessage, cause: unknown): Problem {
  const encoding = (request.headers['content-encoding'] ?? '').slice(0, 20);
  return new Problem(400, 'broken_encoding', `The body is not valid ${encoding}.`, { cause });
}
