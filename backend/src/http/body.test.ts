import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { z } from 'zod';
import { send, sendBytes, startServer, type TestServer } from '../../../test/support/http-server.js';
import { Problem } from './problem.js';
import { route, type ErrorRenderer } from './route.js';

const LIMIT = 1024 * 1024;

/** A protocol of its own, as OTLP is: errors as text that names the request's content type. */
const renderError: ErrorRenderer = ({ status, code }, headers) => ({
  contentType: 'text/x-error',
  body: Buffer.from(`${status} ${code} ${headers['content-type'] ?? 'none'}`),
});
const post = { method: 'post', tag: 'Bodies', scope: 'ingest', summary: 'A body', responses: {} } as const;
const rawBody = { contentTypes: ['application/x-protobuf', 'application/json'], renderError };

const routes = [
  route({
    ...post,
    path: '/raw',
    rawBody,
    handle: ({ body }) =>
      Promise.resolve({ body: { bytes: body.length, start: body.subarray(0, 5).toString() } }),
  }),
  route({ ...post, path: '/raw-away', rawBody, handle: () => Promise.reject(new Error('away')) }),
  route({
    ...post,
    path: '/json',
    body: z.unknown(),
    handle: ({ body }) => Promise.resolve({ body: { body } }),
  }),
  route({
    ...post,
    path: '/small',
    maxBodyBytes: 10,
    body: z.unknown(),
    handle: ({ body }) => Promise.resolve({ body: { body } }),
  }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer(routes, {
    maxBodyBytes: LIMIT,
    mapError: (error) =>
      error instanceof Error && error.message === 'away'
        ? new Problem(503, 'away', 'Away.', { retryAfter: 3 })
        : null,
  });
});
afterAll(() => server.server.close());

const postRaw = (body: Buffer | string, headers: Record<string, string> = {}) =>
  send(server.port, 'POST', '/raw', {
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body,
  });
const postJson = (body: Buffer | string, headers: Record<string, string> = {}, path = '/json') =>
  send(server.port, 'POST', path, { headers: { 'content-type': 'application/json', ...headers }, body });

describe('a body', () => {
  const plain = Buffer.from('hello '.repeat(1000));
  it.each([
    ['identity', plain],
    ['gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['gzip', Buffer.concat([gzipSync(plain.subarray(0, 3000)), gzipSync(plain.subarray(3000))])],
  ])('in %s is inflated', async (encoding, body) => {
    const { status, json } = await postRaw(body, { 'content-encoding': encoding });
    expect([status, json]).toEqual([200, { bytes: 6000, start: 'hello' }]);
  });

  it('may be empty, announced or not', async () => {
    expect((await postRaw('')).json).toEqual({ bytes: 0, start: '' });
    const { json } = await send(server.port, 'POST', '/raw', {
      headers: { 'content-type': 'application/json' },
    });
    expect(json).toEqual({ bytes: 0, start: '' });
  });

  it.each(['zstd', 'gzip, gzip', 'constructor', 'compress'])(
    'in %s is refused with 415',
    async (encoding) => {
      const { status, body, headers } = await postRaw(plain, { 'content-encoding': encoding });
      expect([status, body.toString()]).toEqual([415, '415 unsupported_encoding application/x-protobuf']);
      expect(headers['accept-encoding']).toBe('gzip, deflate, br');
    },
  );

  it.each([
    ['corrupt', Buffer.from('not gzip at all')],
    ['truncated', gzipSync(plain).subarray(0, 20)],
    ['empty', Buffer.alloc(0)],
    ['damaged', gzipSync(plain).fill(0, 12, 24)],
  ])('of %s gzip is refused with 400', async (_what, body) => {
    const answer = await postRaw(body, { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body.toString()]).toEqual([
      400,
      '400 broken_encoding application/x-protobuf',
    ]);
  });

  it.each([
    ['exactly at the limit', Buffer.alloc(LIMIT), 200],
    ['one byte over it', Buffer.alloc(LIMIT + 1), 413],
    ['far over it', Buffer.alloc(8 * LIMIT), 413],
  ])('%s', async (_what, body, status) => {
    expect((await postRaw(body)).status).toBe(status);
    expect((await postRaw(gzipSync(body), { 'content-encoding': 'gzip' })).status).toBe(status);
    expect((await postRaw(body, { 'transfer-encoding': 'chunked' })).status).toBe(status);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', (data: Buffer) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('that is a %s bomb is stopped while it unfolds', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(128 * LIMIT));
    const before = process.memoryUsage().rss;
    const { status } = await postRaw(bomb, { 'content-encoding': encoding });
    const grownMiB = (process.memoryUsage().rss - before) / LIMIT;
    expect(status).toBe(413);
    expect(grownMiB).toBeLessThan(32);
  });

  it.each([
    undefined,
    'text/plain',
    'application/jsonx',
    'multipart/form-data; boundary=application/json',
    '',
  ])('of content type %s is refused with 415', async (type) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const raw = await send(server.port, 'POST', '/raw', { headers, body: '{}' });
    expect([raw.status, raw.headers['content-type']]).toEqual([415, 'text/x-error']);
    const asJson = await send(server.port, 'POST', '/json', { headers, body: '{}' });
    expect([asJson.status, asJson.json['code']]).toEqual([415, 'unsupported_media_type']);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json ; x=y'])(
    'of content type %s is accepted',
    async (type) => {
      expect((await postJson('[1]', { 'content-type': type })).json).toEqual({ body: [1] });
      expect((await postRaw('[1]', { 'content-type': type })).status).toBe(200);
    },
  );

  it('in another charset is refused with 415', async () => {
    expect((await postJson('{}', { 'content-type': 'application/json; charset=utf-16' })).status).toBe(415);
  });

  it.each([1, LIMIT / 2])('with %i bytes behind its gzip end does no harm', async (length) => {
    const body = Buffer.concat([gzipSync(plain), Buffer.alloc(length, 'garbage')]);
    // zlib ignores such bytes or refuses them, depending on where the chunks of the socket end.
    expect([200, 400]).toContain((await postRaw(body, { 'content-encoding': 'gzip' })).status);
    expect((await postRaw('ok')).status).toBe(200);
  });

  it('that ends early does not keep the server waiting', async () => {
    const head =
      'POST /raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"';
    const answer = new Promise((resolve) => {
      void import('node:net').then(({ connect }) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.end(head));
        socket.resume().on('close', resolve);
      });
    });
    await answer;
    expect((await postRaw('ok')).status).toBe(200);
  });

  it('too large leaves the connection usable', async () => {
    const large = `POST /small HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n${'1'.repeat(20)}`;
    const next =
      'POST /small HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\n7';
    const answer = await sendBytes(server.port, large + next);
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });
});

describe('failures of a route with its own protocol', () => {
  it('are rendered by it, 503 with Retry-After included', async () => {
    const answer = await send(server.port, 'POST', '/raw-away', {
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, answer.body.toString()]).toEqual([503, '503 away application/json']);
    expect([answer.headers['content-type'], answer.headers['retry-after']]).toEqual(['text/x-error', '3']);
  });

  it.each([401, 403, 429])('are rendered by it, also %i of authentication', async (status) => {
    const guarded = await startServer(routes, {
      authenticate: () => Promise.reject(new Problem(status, 'refused', 'No.')),
    });
    const answer = await send(guarded.port, 'POST', '/raw', { body: 'x' });
    await guarded.server.close();
    expect([answer.status, answer.body.toString()]).toEqual([status, `${status} refused none`]);
  });
});

describe('a JSON body', () => {
  it.each([
    ['{"a":1,}', 'position 7 (line 1, column 8)'],
    ['{"a":\n  secret}', 'position 8 (line 2, column 3)'],
    ['', 'ends too early at position 0'],
    ['[1,2', 'ends too early at position 4'],
    ['[1] x', 'position 4'],
    ['"a\u0001"', 'position 2'],
    ['{"a":"\\x"}', 'position 6'],
  ])('%j is refused with its position and without its content', async (text, where) => {
    const { status, json } = await postJson(text);
    expect([status, json['code']]).toEqual([400, 'invalid_json']);
    expect(json['detail']).toContain(where);
    expect(json['detail']).not.toContain('secret');
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('nested too deep with %s is refused, however deep', async (open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
    expect((await postJson(nested(64))).status).toBe(200);
    expect((await postJson(nested(65))).json['code']).toBe('json_too_deep');
    expect((await postJson(nested(150_000))).json['code']).toBe('json_too_deep');
  });

  it('may hold brackets in strings', async () => {
    const text = JSON.stringify({ a: '[[{{'.repeat(100), b: '\\', c: '\\"[[', d: '"{"'.repeat(100) });
    expect((await postJson(text)).json).toEqual({ body: JSON.parse(text) });
  });

  it('loses what PostgreSQL cannot store: NULs and lone surrogates', async () => {
    const { json } = await postJson(String.raw`{"a\u0000b":["x\u0000y","\ud800z","\ud83d\ude00"]}`);
    expect(json).toEqual({ body: { ab: ['xy', '\ufffdz', '😀'] } });
  });

  it('does not reach a prototype', async () => {
    const { status } = await postJson(String.raw`{"__proto__":{"polluted":"\u0000"}}`);
    expect([status, ({} as Record<string, unknown>)['polluted']]).toEqual([200, undefined]);
  });

  it('has the limit of its route', async () => {
    expect((await postJson('"12345678"', {}, '/small')).status).toBe(200);
    expect((await postJson('"123456789"', {}, '/small')).status).toBe(413);
  });

  it('of any bytes is answered with 200 or 400', async () => {
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.uint8Array({ maxLength: 3 }))
      .map(([text, at, bytes]) => {
        const body = Buffer.from(text);
        return Buffer.concat([
          body.subarray(0, at % (body.length + 1)),
          bytes,
          body.subarray(at % (body.length + 1)),
        ]);
      });
    const anything = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        expect([200, 400]).toContain((await postJson(body)).status);
      }),
      { numRuns: 300 },
    );
  });
});
