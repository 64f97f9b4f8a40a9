import { boundTo, team } from '../../../test/support/call-route.js';
import type { Caller } from './caller.js';
import { send, startServer } from '../../../test/support/http-server.js';
import { refuseBound } from '../access/allowed.js';
import { createHealthRoutes, type Readiness } from './health.js';
import { createMetrics } from './metrics.js';

const bound = boundTo('acme');

async function get(
  path: string,
  {
    check,
    draining = false,
    caller = team,
  }: { check?: () => Promise<Readiness>; draining?: boolean; caller?: Caller } = {},
) {
  const metrics = createMetrics();
  const routes = createHealthRoutes({
    checkReady: check ?? (() => Promise.resolve({ ready: true, details: { database: 'ok' } })),
    isDraining: () => draining,
    refuseBound,
    registry: metrics.registry,
  });
  const server = await startServer(routes, { metrics, authenticate: () => Promise.resolve(caller) });
  await send(server.port, 'GET', '/nowhere/else');
  const answer = await send(server.port, 'GET', path);
  await server.server.close();
  return answer;
}

describe('/healthz', () => {
  it('is alive even while the database is away', async () => {
    const { status, json } = await get('/healthz', { check: () => Promise.reject(new Error('away')) });
    expect([status, json]).toEqual([200, { status: 'alive' }]);
  });
});

describe('/readyz', () => {
  it('is ready with its details', async () => {
    const { status, json } = await get('/readyz');
    expect([status, json]).toEqual([200, { status: 'ready', details: { database: 'ok' } }]);
  });

  it.each<[string, Parameters<typeof get>[1]]>([
    [
      'the check says no',
      { check: () => Promise.resolve({ ready: false, details: { schema: 'is older' } }) },
    ],
    ['the check fails', { check: () => Promise.reject(new Error('password hunter2')) }],
    ['the server shuts down', { draining: true }],
  ])('is 503 with Retry-After when %s', async (_when, options) => {
    const { status, json, headers } = await get('/readyz', options);
    expect([status, json['status'], headers['retry-after']]).toEqual([503, 'not ready', '5']);
    expect(JSON.stringify(json)).not.toContain('hunter2');
  });
});

describe('/metrics', () => {
  it('is Prometheus text with process and request metrics, without unknown paths as labels', async () => {
    const { status, headers, body } = await get('/metrics');
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(body.toString()).toContain('process_resident_memory_bytes');
    expect(body.toString()).toMatch(
      /^tokenledger_http_request_duration_seconds_count\{route="none",method="GET",status="4xx"\} 1$/m,
    );
    expect(body.toString()).not.toContain('nowhere');
  });

  it('is not for a key bound to one organisation', async () => {
    expect((await get('/metrics', { caller: bound })).status).toBe(403);
  });
});
