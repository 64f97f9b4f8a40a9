import { createServer as createHttpServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds. */
export interface Timeouts {
  /** All headers must have come: a client that drips them holds a socket, not more. */
  readonly headers: number;
  /** The whole request must have come. 64 MiB in a minute is a 9 Mbit/s line. */
  readonly request: number;
  /** Longer than the idle time of common load balancers (60 s), else they meet a socket we have just closed. */
  readonly keepAlive: number;
  /** Time for requests in flight to be answered after `close()`. */
  readonly drain: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  headers: 15_000,
  request: 60_000,
  keepAlive: 65_000,
  drain: 10_000,
};

/** A listening socket's life. */
export interface Listener {
  /** Resolves with the real address (port 0 picks one); rejects with an error that says what to do. */
  listen(host: string, port: number): Promise<Address>;
  /** True from the beginning of `close()`. */
  readonly draining: () => boolean;
  /**
   * Stops accepting, lets requests in flight finish (each answered with `Connection: close`) up to the drain timeout,
   * then cuts what is left. Resolves when no socket is open. Calling it again waits for the same end.
   */
  close(): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** For people and clients: `http://127.0.0.1:4318`. */
  readonly url: string;
}

/** Puts a request listener behind a socket with timeouts against slow clients. */
export function createListener(handle: RequestListener, timeouts: Timeouts): Listener {
  let closing: Promise<void> | null = null;
  const unanswered = new Set<ServerResponse>();
  const server = createHttpServer(
    {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      keepAliveTimeout: timeouts.keepAlive,
      // Node looks for late clients only this often; its default of 30 s would double the timeouts.
      connectionsCheckingInterval: Math.min(5_000, timeouts.headers),
    },
    (request, response) => {
      unanswered.add(response);
      response.once('close', () => unanswered.delete(response));
      if (closing !== null) response.setHeader('connection', 'close');
      void handle(request, response);
    },
  );
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), timeouts.drain);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      // Node closes idle connections here, but not one that turns idle later: its client would keep us waiting.
      for (const response of unanswered) if (!response.headersSent) response.setHeader('connection', 'close');
    });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', (error) => reject(listenError(error, host, port)));
        server.listen(port, host, () => resolve(addressOf(server.address() as AddressInfo)));
      }),
    draining: () => closing !== null,
    close: () => (closing ??= close()),
  };
}

function addressOf({ address, family, port }: AddressInfo): Address {
  // A wildcard address is no destination: show the loopback one that reaches it.
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return { host: address, port, url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}` };
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const what = `Cannot listen on HOST ${host}, PORT ${port}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE:
      'something else listens there already. Stop it, or set PORT to a free one, for example PORT=4319.',
    EACCES: 'this user may not open that port. Set PORT to one above 1023.',
    EADDRNOTAVAIL: 'this machine has no such address. Set HOST to 127.0.0.1, or 0.0.0.0 for all of them.',
    ENOTFOUND: 'this name does not resolve. Set HOST to 127.0.0.1, or 0.0.0.0 for all addresses.',
  };
  return new Error(`${what}: ${advice[cause.code ?? ''] ?? cause.message}`, { cause });
}
