import { z } from 'zod';
import { send, sendBytes, startServer, type TestServer } from '../../../test/support/http-server.js';
import { Problem } from './problem.js';
import { route } from './route.js';

const thing = { tag: 'Things', scope: 'read', summary: 'A thing', responses: {} } as const;

const routes = [
  route({
    ...thing,
    method: 'get',
    path: '/things/:id',
    params: z.object({ id: z.string().regex(/^[a-z]+$/, 'must be lower-case letters') }),
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).default(10),
      after: z.string().optional(),
    }),
    handle: ({ params, query, caller }) =>
      Promise.resolve({ body: { ...params, ...query, caller: caller.name } }),
  }),
  route({
    ...thing,
    method: 'post',
    path: '/things',
    body: z.strictObject({ name: z.string(), tags: z.array(z.object({ key: z.string() })).default([]) }),
    handle: ({ body }) => Promise.resolve({ status: 201, body }),
  }),
  route({
    ...thing,
    method: 'post',
    path: '/broken',
    handle: () => Promise.reject(new Error('password is hunter2')),
  }),
  route({ ...thing, method: 'get', path: '/away', handle: () => Promise.reject(new Error('ECONNREFUSED')) }),
  route({
    ...thing,
    method: 'get',
    path: '/unsendable',
    handle: () => Promise.resolve({ body: { big: 1n } }),
  }),
  route({
    ...thing,
    method: 'get',
    path: '/full',
    handle: () => Promise.reject(new Problem(429, 'full', 'Later.', { retryAfter: 7 })),
  }),
  route({ ...thing, method: 'get', path: '/nothing', handle: () => Promise.resolve({}) }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer(routes, {
    mapError: (error) =>
      error instanceof Error && error.message === 'ECONNREFUSED'
        ? new Problem(503, 'database_away', 'The database does not answer. Try again.', { retryAfter: 2 })
        : null,
  });
});
afterAll(() => server.server.close());

const json = { 'content-type': 'application/json' };

describe('routing', () => {
  it('validates, calls the handler and sends JSON', async () => {
    const { status, json: body, headers } = await send(server.port, 'GET', '/things/abc?limit=3');
    expect([status, body]).toEqual([200, { id: 'abc', limit: 3, caller: 'test' }]);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('answers HEAD like GET, without the body', async () => {
    const { status, body, headers } = await send(server.port, 'HEAD', '/things/abc');
    expect([status, body.length]).toEqual([200, 0]);
    expect(Number(headers['content-length'])).toBeGreaterThan(10);
  });

  it('answers OPTIONS with the methods and no CORS permission', async () => {
    const { status, headers } = await send(server.port, 'OPTIONS', '/things/abc', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    expect([status, headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers another method with 405 and Allow', async () => {
    const { status, json: body, headers } = await send(server.port, 'DELETE', '/things');
    expect([status, body['code'], headers.allow]).toEqual([405, 'method_not_allowed', 'POST, OPTIONS']);
  });

  it('sends 204 for no body', async () => {
    expect((await send(server.port, 'GET', '/nothing')).status).toBe(204);
  });

  it.each(['/nowhere', '/Things/abc'])('has nothing at %s', async (path) => {
    const { status, json: body } = await send(server.port, 'GET', path);
    expect([status, body['code']]).toEqual([404, 'not_found']);
  });

  it.each([
    '/things/../things/abc',
    '/..',
    '/things/abc/..',
    '/x/.%2e/things/abc',
    '/x/%2e%2e/things/abc',
    '/things/%2E%2e/nothing',
    '/things/./abc',
    '/things/a%2fb',
    '/x/..%2fthings/abc',
    '/x/..%5c/things/abc',
    '/x/..\\things/abc',
    '/things//abc',
    '/things/abc/%2e%2e?x=1',
    '/things/a%5Cb',
    '/things\\abc',
    '/things/a%00',
    '//things/abc',
    'http://127.0.0.1/things/../things/abc',
  ])('refuses the path %s before it looks for a route', async (path) => {
    const { status, json: body } = await send(server.port, 'GET', path);
    expect([status, body['code']]).toEqual([400, 'malformed_path']);
  });

  it.each(['/things/a..b', '/things/..a', '/things/abc?x=../..//%2f', 'http://127.0.0.1/things/abc'])(
    'leaves %s to its route',
    async (path) => {
      expect((await send(server.port, 'GET', path)).json['code']).not.toBe('malformed_path');
    },
  );

  it('answers a broken percent escape with 400', async () => {
    const { status, json: body } = await send(server.port, 'GET', '/things/%zz');
    expect([status, body['code']]).toEqual([400, 'malformed_path']);
  });

  it('answers what is not HTTP with 400 and closes', async () => {
    expect(await sendBytes(server.port, 'GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('problems', () => {
  it('are problem details with every wrong field', async () => {
    const {
      status,
      json: body,
      headers,
    } = await send(server.port, 'POST', '/things', {
      headers: json,
      body: '{"tags":[{"key":"a"},{"key":7}],"colour":"red"}',
    });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_request',
    });
    const fields = (body['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields.sort()).toEqual(['colour', 'name', 'tags[1].key']);
  });

  it.each([
    ['/things/abc?limit=0', 'limit'],
    ['/things/abc?limit=many', 'limit'],
    ['/things/abc?limit=1&limit=2&sort=up', 'sort'],
    ['/things/ABC', 'id'],
    ['/things/abc?after=a%00b', 'after'],
    ['/things/abc?after=1&after=2', 'after'],
    ['/things/abc?__proto__=1', '__proto__'],
  ])('name the field of %s', async (path, field) => {
    const { status, json: body } = await send(server.port, 'GET', path);
    const fields = (body['errors'] as { field: string }[] | undefined)?.map((error) => error.field);
    expect([status, fields]).toEqual([400, expect.arrayContaining([field])]);
  });

  it('tell an unexpected error by its id only, and log it under the same id', async () => {
    const { status, json: body } = await send(server.port, 'POST', '/broken');
    expect([status, body['code']]).toEqual([500, 'internal_error']);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|at .*\.ts/);
    const id = /error id ([\w-]{36})/.exec(String(body['detail']))?.[1];
    const entry = server.logged.find((line) => line['errorId'] === id);
    expect(entry).toMatchObject({ level: 50, err: { message: 'password is hunter2' } });
  });

  it('come from mapError for errors of other rooms', async () => {
    const { status, json: body, headers } = await send(server.port, 'GET', '/away');
    expect([status, body['code'], headers['retry-after']]).toEqual([503, 'database_away', '2']);
  });

  it('are sent for a reply that cannot be written as JSON', async () => {
    expect((await send(server.port, 'GET', '/unsendable')).status).toBe(500);
  });

  it('carry Retry-After', async () => {
    const { status, headers } = await send(server.port, 'GET', '/full');
    expect([status, headers['retry-after']]).toEqual([429, '7']);
  });
});

describe('every answer', () => {
  it.each(['/things/abc', '/nowhere'])('%s has the security headers', async (path) => {
    const { headers } = await send(server.port, 'GET', path);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it.each([
    ['abc-123.x_y', true],
    ['a'.repeat(65), false],
    ['a b', false],
    ['{"level":60}', false],
  ])('has a request id; %s is kept: %s', async (sent, kept) => {
    const { headers } = await send(server.port, 'GET', '/things/abc', { headers: { 'x-request-id': sent } });
    expect(headers['x-request-id']).toMatch(/^[\w.-]{1,64}$/);
    expect(headers['x-request-id'] === sent).toBe(kept);
  });

  it('is logged without its query', async () => {
    await send(server.port, 'GET', '/things/abc?after=secret-cursor', {
      headers: { 'x-request-id': 'logged-1' },
    });
    await new Promise((resolve) => setImmediate(resolve));
    const entry = server.logged.find((line) => line['requestId'] === 'logged-1');
    expect(entry).toMatchObject({ method: 'GET', path: '/things/abc', status: 200, caller: 'test' });
    expect(JSON.stringify(server.logged)).not.toContain('secret-cursor');
  });
});
