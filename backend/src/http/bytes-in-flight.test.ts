import { gzipSync } from 'node:zlib';
import { send, startServer } from '../../../test/support/http-server.js';
import { route, type ErrorRenderer } from './route.js';

const MIB = 1024 * 1024;

const renderError: ErrorRenderer = ({ status, code }) => ({
  contentType: 'text/plain',
  body: Buffer.from(`${status} ${code}`),
});

/** A route whose requests stay in flight until `finish` is called. */
async function startHolding() {
  let arrived = 0;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const hold = route({
    method: 'post',
    path: '/hold',
    tag: 'Test',
    summary: 'Holds its body',
    scope: 'ingest',
    rawBody: {
      contentTypes: ['application/json'],
      renderError,
    },
    responses: {},
    async handle({ body }) {
      arrived++;
      await finished;
      return { body: { bytes: body.length } };
    },
  });
  const server = await startServer([hold], { maxBodyBytes: 2 * MIB, maxBytesInFlight: 3 * MIB });
  const post = (body: Buffer, headers: Record<string, string> = {}) =>
    send(server.port, 'POST', '/hold', { headers: { 'content-type': 'application/json', ...headers }, body });
  const arrivals = async (count: number): Promise<void> => {
    while (arrived < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { server, post, finish, arrivals };
}

describe('bytes in flight', () => {
  it.each([
    ['announced', {}],
    ['chunked', { 'transfer-encoding': 'chunked' }],
    ['inflated', { 'content-encoding': 'gzip' }],
  ])(
    'what exceeds the bound is refused with 503 and Retry-After, %s, and fits again later',
    async (_how, headers) => {
      const { server, post, finish, arrivals } = await startHolding();
      const body = Buffer.alloc(2 * MIB);
      const sent = 'content-encoding' in headers ? gzipSync(body) : body;
      const first = post(sent, headers);
      await arrivals(1);

      const refused = await post(sent, headers);
      expect([refused.status, refused.body.toString()]).toEqual([503, '503 too_many_bytes_in_flight']);
      expect(refused.headers['retry-after']).toBe('1');

      const small = post(Buffer.alloc(MIB / 2));
      await arrivals(2);
      finish();
      expect((await first).json).toEqual({ bytes: 2 * MIB });
      expect((await small).status).toBe(200);
      expect((await post(sent, headers)).status).toBe(200);
      await server.server.close();
    },
  );

  it('are given back by requests that fail', async () => {
    const { server, post, finish } = await startHolding();
    finish();
    const damaged = gzipSync(Buffer.alloc(MIB)).subarray(0, 500);
    for (let i = 0; i < 5; i++) {
      expect((await post(damaged, { 'content-encoding': 'gzip' })).status).toBe(400);
      expect((await post(gzipSync(Buffer.alloc(3 * MIB)), { 'content-encoding': 'gzip' })).status).toBe(413);
    }
    expect((await post(Buffer.alloc(2 * MIB))).status).toBe(200);
    await server.server.close();
  });
});
