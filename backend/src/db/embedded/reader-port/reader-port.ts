import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Logger } from '../../db.js';
import { errorCode, errorMessage } from '../../error-parts.js';
import { fatalFrame } from '../protocol.js';
import { createMessages } from './messages.js';
import { serveReader } from './reader-session.js';
import type { ReaderQueue } from './reader-queue.js';
import { readStartup, type StartupOptions } from './startup.js';

/** Grafana's pool for one data source has 100 by default. */
const MOST_CONNECTIONS = 100;
const MOST_STARTING = 20;
/** Bytes all clients together may leave unread. */
const MOST_UNREAD = 64 * 1024 ** 2;

export interface ReaderPortOptions extends StartupOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly rows: number;
}

export interface ReaderPort {
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface Client {
  readonly socket: Socket;
  /** Hexadecimal; null until it is let in. */
  key: string | null;
  cancelled: boolean;
}

/** Listens on 127.0.0.1 for programs that speak PostgreSQL. @throws the error of listen, EADDRINUSE among them */
export async function openReaderPort(
  queue: ReaderQueue,
  options: ReaderPortOptions,
  logger: Logger,
): Promise<ReaderPort> {
  const clients = new Set<Client>();
  /** Those that are sent away at once too. */
  const sockets = new Set<Socket>();
  const unread = (): number => [...clients].reduce((sum, { socket }) => sum + socket.writableLength, 0);

  async function serve(client: Client): Promise<void> {
    const { socket } = client;
    const messages = createMessages(socket);
    const arrival = await readStartup(socket, messages, options);
    if (arrival === null) return;
    const key = arrival.key.toString('hex');
    if (arrival.kind === 'cancel') {
      for (const other of clients) if (other.key === key) other.cancelled = true;
      return;
    }
    client.key = key;
    await serveReader({
      socket,
      messages,
      rows: options.rows,
      run: (batch) => {
        client.cancelled = false;
        return queue.run(batch, () => !client.cancelled && !socket.destroyed && unread() < MOST_UNREAD);
      },
    });
  }

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    socket.on('error', () => socket.destroy());
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const starting = [...clients].filter(({ key }) => key === null).length;
    if (clients.size >= MOST_CONNECTIONS || starting >= MOST_STARTING) {
      socket.end(fatalFrame('53300', `more than ${MOST_CONNECTIONS} connections: give the pool fewer`));
      return;
    }
    const client: Client = { socket, key: null, cancelled: false };
    clients.add(client);
    socket.once('close', () => clients.delete(client));
    serve(client)
      .catch((error: unknown) =>
        logger.info({ reason: errorMessage(error) }, 'a client of the reader port was sent away'),
      )
      .finally(() => socket.destroySoon());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  server.on('error', (error) => logger.warn({ code: errorCode(error) }, 'the reader port had an error'));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
