import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { send, sendBytes, startServer } from '../../../test/support/http-server.js';
import { createListener, DEFAULT_TIMEOUTS } from './listener.js';
import { route, type ErrorRenderer, type Route } from './route.js';

/** A route that answers when told to. */
function slowRoute(): { slow: Route; arrived: Promise<void>; answer: () => void; aborted: () => boolean } {
  let arrive = (): void => {};
  let answer = (): void => {};
  let signal: AbortSignal | null = null;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const told = new Promise<void>((resolve) => (answer = resolve));
  const slow = route({
    method: 'get',
    path: '/slow',
    tag: 'Test',
    summary: 'Slow',
    scope: 'public',
    responses: {},
    async handle(context) {
      signal = context.signal;
      arrive();
      await told;
      return { body: { answered: true } };
    },
  });
  return { slow, arrived, answer, aborted: () => signal?.aborted ?? false };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
}

const refusesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });

describe('close', () => {
  it('answers what is in flight, accepts nothing more and ends', async () => {
    const { slow, arrived, answer } = slowRoute();
    const { server, port } = await startServer([slow]);
    const inFlight = send(port, 'GET', '/slow');
    await arrived;

    expect(server.draining()).toBe(false);
    const closed = server.close();
    expect(server.draining()).toBe(true);
    expect(await refusesConnections(port)).toBe(true);

    answer();
    expect((await inFlight).json).toEqual({ answered: true });
    await closed;
  });

  it('does not wait for idle keep-alive connections', async () => {
    const { slow, answer } = slowRoute();
    const { server, port } = await startServer([slow], { timeouts: { drain: 60_000 } });
    answer();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      request({ host: '127.0.0.1', port, path: '/slow', agent }, (response) =>
        response.resume().on('end', resolve),
      ).end();
    });
    await server.close();
    agent.destroy();
    expect(await refusesConnections(port)).toBe(true);
  });

  it('ends the keep-alive connection of a request that was in flight, and says so', async () => {
    const { slow, arrived, answer } = slowRoute();
    const { server, port } = await startServer([slow], { timeouts: { drain: 60_000 } });
    const agent = new Agent({ keepAlive: true });
    const connection = new Promise((resolve) => {
      request({ host: '127.0.0.1', port, path: '/slow', agent }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection));
      }).end();
    });
    await arrived;
    const closed = server.close();
    answer();
    expect(await connection).toBe('close');
    await closed;
    agent.destroy();
  });

  it('answers a request whose headers were on their way', async () => {
    const { slow, answer } = slowRoute();
    answer();
    const { server, port } = await startServer([slow], { timeouts: { drain: 60_000 } });
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n'));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    await send(port, 'GET', '/slow');
    const closed = server.close();
    socket.write('\r\n');
    await Promise.all([ended, closed]);
    expect(received).toMatch(/^HTTP\/1.1 200 [^]*\r\nconnection: close\r\n/i);
  });

  it('cuts what is not answered within the drain timeout', async () => {
    const { slow, arrived, aborted } = slowRoute();
    const { server, port } = await startServer([slow], { timeouts: { drain: 50 } });
    const inFlight = send(port, 'GET', '/slow').then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
    await arrived;
    await server.close();
    expect(await inFlight).toBe('ECONNRESET');
    await until(aborted);
    expect(aborted()).toBe(true);
  });

  it('may be called twice', async () => {
    const { server } = await startServer([]);
    await Promise.all([server.close(), server.close()]);
    expect(server.draining()).toBe(true);
  });
});

describe('a client', () => {
  it('that goes away aborts the signal of its request', async () => {
    const { slow, arrived, answer, aborted } = slowRoute();
    const { server, port } = await startServer([slow]);
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'));
    await arrived;
    socket.destroy();
    await until(aborted);
    answer();
    await server.close();
    expect(aborted()).toBe(true);
  });

  it.each([
    ['headers', 'GET /slow HTTP/1.1\r\nHost: x\r\nX-Drip: ', { headers: 100, request: 60_000 }],
    [
      'body',
      'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{',
      { headers: 100, request: 200 },
    ],
  ])('that never ends its %s is cut off', async (_part, text, timeouts) => {
    const { server, port } = await startServer([bodyRoute], { timeouts });
    const answer = await sendBytes(port, text);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    await server.close();
  });
});

describe('listen', () => {
  it('says what to do when the port is taken', async () => {
    const { server, port } = await startServer([]);
    const second = createListener(() => {}, DEFAULT_TIMEOUTS).listen('127.0.0.1', port);
    await expect(second).rejects.toThrow(`PORT ${port}: something else listens there already`);
    await server.close();
  });

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:'],
    ['localhost', 'http://'],
  ])('on %s shows an address that can be opened', async (host, start) => {
    const listener = createListener((_request, response) => response.end('here'), DEFAULT_TIMEOUTS);
    const { url, port } = await listener.listen(host, 0);
    expect([url.startsWith(start), url.endsWith(`:${port}`)]).toEqual([true, true]);
    expect(await (await fetch(url)).text()).toBe('here');
    await listener.close();
  });
});

const renderError: ErrorRenderer = ({ code }) => ({ contentType: 'text/plain', body: Buffer.from(code) });
const bodyRoute = route({
  method: 'post',
  path: '/slow',
  tag: 'Test',
  summary: 'Wants a body',
  scope: 'public',
  rawBody: {
    contentTypes: ['application/json'],
    renderError,
  },
  responses: {},
  handle: () => Promise.resolve({ body: {} }),
});
