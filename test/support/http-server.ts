import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import pino from 'pino';
import type { Caller } from '../../backend/src/http/caller.js';
import type { Address, Listener } from '../../backend/src/http/listener.js';
import { createMetrics } from '../../backend/src/http/metrics.js';
import type { Route } from '../../backend/src/http/route.js';
import { createServer, type ServerDeps } from '../../backend/src/http/server.js';

/** A server on a random loopback port, and the lines it logged. */
export interface TestServer extends Address {
  readonly server: Listener;
  readonly logged: readonly Record<string, unknown>[];
}

const ANY_TEAM_MEMBER: Caller = {
  ...{ scopes: new Set(['admin']), orgId: null, realm: 'team', name: 'test' },
  ...{ audience: 'team', role: null },
};

/** Starts the real server with `routes`; every caller may do everything unless `overrides.authenticate` says otherwise. */
export async function startServer(
  routes: readonly Route[],
  overrides: Partial<Omit<ServerDeps, 'routes'>> = {},
): Promise<TestServer> {
  const logged: Record<string, unknown>[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const server = createServer({
    routes,
    authenticate: () => Promise.resolve(ANY_TEAM_MEMBER),
    mapError: () => null,
    logger: pino({ level: 'debug' }, { write }),
    metrics: createMetrics(),
    maxBodyBytes: 1024 * 1024,
    maxBytesInFlight: 4 * 1024 * 1024,
    ...overrides,
  });
  return { server, logged, ...(await server.listen('127.0.0.1', 0)) };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: Record<string, unknown>;
}

/** One request exactly as given: unlike fetch it sends any Host header and leaves the path alone. */
export function send(
  port: number,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: Buffer | string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers: options.headers ?? {}, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks);
          const isJson = /json/.test(response.headers['content-type'] ?? '') && body.length > 0;
          const json = (isJson ? JSON.parse(body.toString()) : {}) as Record<string, unknown>;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, json });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** Writes bytes as they are and resolves with everything that came back until the server closed. */
export function sendBytes(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
