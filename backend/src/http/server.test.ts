import pino from 'pino';
import { z } from 'zod';
import { createMetrics } from './metrics.js';
import { route } from './route.js';
import { createServer } from './server.js';

describe('smoke', () => {
  it('answers', async () => {
    const server = createServer({
      routes: [
        route({
          method: 'post',
          path: '/echo/:id',
          summary: '',
          tag: 't',
          scope: 'public',
          params: z.object({ id: z.string() }),
          body: z.object({ a: z.number() }),
          responses: {},
          handle: ({ body, params }) => Promise.resolve({ body: { ...body, ...params } }),
        }),
      ],
      authenticate: () => Promise.reject(new Error('no')),
      mapError: () => null,
      logger: pino({ level: 'silent' }),
      metrics: createMetrics(),
      maxBodyBytes: 1000,
      maxBytesInFlight: 10000,
    });
    const { url } = await server.listen('127.0.0.1', 0);
    const r = await fetch(`${url}/echo/x`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await r.json()).toEqual({ a: 1, id: 'x' });
    const bad = await fetch(`${url}/echo/x`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":x}',
    });
    expect([bad.status, await bad.json()]).toMatchObject([400, { code: 'invalid_json' }]);
    await server.close();
  });
});
