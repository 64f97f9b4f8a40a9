import { errorCode, errorMessage } from '../error-parts.js';
import type { Engine } from './engine.js';
import { ENGINE_GONE } from './engine-keeper.js';
import { closeStatementFrame, fatalFrame, frames, queryFrame, readCString, SYNC, TAG } from './protocol.js';

/** What the lease needs of a connection. */
export interface LeaseClient {
  /** Names of the statements it prepared, as the engine knows them. */
  readonly statements: ReadonlySet<string>;
  /** Channels it listens to. */
  readonly channels: ReadonlySet<string>;
  receive(frames: Buffer): void;
  /** Ends the connection after a FATAL error frame. */
  fail(fatal: Buffer): void;
}

/** Everything a client sent up to Query, Sync or Flush. After a Flush no ReadyForQuery is due. */
export interface Batch {
  readonly bytes: Buffer;
  readonly endsWithFlush: boolean;
}

/** Shares the one session of an engine among many connections: one at a time, and alone while in a transaction. */
export interface EngineLease {
  readonly connect: (client: LeaseClient) => void;
  readonly submit: (client: LeaseClient, batch: Batch) => void;
  readonly disconnect: (client: LeaseClient) => void;
  /** Waits for the engine to be idle, then hands it out for `work` alone. */
  readonly exclusively: <T>(work: (engine: Engine) => Promise<T>) => Promise<T>;
  /** Ends the connections that believe in something the session had: statements, channels. To be called when it was restarted. */
  readonly forgetSession: () => void;
}

export interface EngineLeaseOptions {
  /** The engine to use now, opened again when the last one was reported as failed. Rejects when there is none any more. */
  readonly engine: () => Promise<Engine>;
  readonly reportFailure: (error: unknown) => void;
  readonly reportSuccess: () => void;
  /** How long a client may keep a transaction open without sending anything, in milliseconds. */
  readonly idleTimeoutMs: number;
}

type Task = { readonly client: LeaseClient; readonly batch: Batch } | (() => Promise<void>);

/** @see EngineLease */
export function createEngineLease(options: EngineLeaseOptions): EngineLease {
  const clients = new Set<LeaseClient>();
  const queue: Task[] = [];
  let owner: LeaseClient | undefined;
  let running = false;
  let idleTimer: NodeJS.Timeout | undefined;

  /** One loop is the only caller of the engine. It runs while there is something the owner, or anybody, may do. */
  async function pump(): Promise<void> {
    if (running) return;
    running = true;
    clearTimeout(idleTimer);
    for (let task = next(); task; task = next()) {
      try {
        await (typeof task === 'function' ? task() : run(task.client, task.batch));
      } catch (error) {
        failEverybody(error);
      }
    }
    running = false;
    if (owner) idleTimer = setTimeout(expire, options.idleTimeoutMs, owner);
  }

  function next(): Task | undefined {
    if (!owner) return queue.shift();
    const mine = queue.findIndex((task) => typeof task !== 'function' && task.client === owner);
    if (mine >= 0) return queue.splice(mine, 1)[0];
    const gone = owner;
    return clients.has(gone) ? undefined : () => cleanUp(gone);
  }

  async function run(client: LeaseClient, batch: Batch): Promise<void> {
    if (!clients.has(client)) return;
    const engine = await options.engine();
    owner = client;
    const output = await engine.exec(batch.bytes);
    options.reportSuccess();
    const { status, replies } = deliverNotifications(output);
    // The ReadyForQuery byte alone tells whether a transaction is open; after a Flush the batch is not over yet.
    if (status === 'I') owner = undefined;
    if (status === undefined && !batch.endsWithFlush) return abandon(client);
    client.receive(replies);
  }

  /** The engine lost part of the batch. What ran is unknown: close the batch, and let the writer repeat it. */
  async function abandon(client: LeaseClient): Promise<void> {
    clients.delete(client);
    client.fail(fatalFrame('40003', 'the embedded engine did not finish the batch; repeat it'));
    await cleanUp(client);
  }

  /** Takes the session back from a client that has gone: ends its transaction, forgets its statements. */
  async function cleanUp(client: LeaseClient): Promise<void> {
    const engine = await options.engine();
    if (owner === client) {
      await engine.exec(SYNC);
      await engine.exec(queryFrame('rollback'));
      owner = undefined;
    }
    if (client.statements.size > 0) {
      await engine.exec(Buffer.concat([...[...client.statements].map(closeStatementFrame), SYNC]));
    }
  }

  function deliverNotifications(output: Buffer): { status: string | undefined; replies: Buffer } {
    const replies: Buffer[] = [];
    let status: string | undefined;
    for (const reply of frames(output)) {
      if (reply[0] === TAG.notification) {
        const channel = readCString(reply, 9).text;
        for (const client of clients) if (client.channels.has(channel)) client.receive(reply);
        continue;
      }
      if (reply[0] === TAG.readyForQuery) status = String.fromCharCode(reply[5] ?? 0);
      replies.push(reply);
    }
    return { status, replies: Buffer.concat(replies) };
  }

  /** The session is gone with the engine, and with it what every connection believed about it. */
  function failEverybody(error: unknown): void {
    options.reportFailure(error);
    owner = undefined;
    const code = errorCode(error) === ENGINE_GONE ? ENGINE_GONE : '57P02';
    const fatal = fatalFrame(code, `the embedded engine failed: ${errorMessage(error)}`);
    for (const client of clients) client.fail(fatal);
    clients.clear();
  }

  function expire(idle: LeaseClient): void {
    if (owner !== idle) return;
    idle.fail(
      fatalFrame(
        '25P03',
        `rolled back: the transaction was idle for more than ${options.idleTimeoutMs} ms ` +
          'and the embedded engine serves one transaction at a time',
      ),
    );
    clients.delete(idle);
    void pump();
  }

  return {
    connect: (client) => clients.add(client),
    submit: (client, batch) => {
      queue.push({ client, batch });
      void pump();
    },
    disconnect: (client) => {
      clients.delete(client);
      if (owner !== client && client.statements.size > 0) queue.push(() => cleanUp(client));
      void pump();
    },
    exclusively: (work) =>
      new Promise((resolve, reject) => {
        queue.push(() => options.engine().then(work).then(resolve, reject));
        void pump();
      }),
    forgetSession: () => {
      for (const client of clients) {
        if (client.statements.size === 0 && client.channels.size === 0) continue;
        clients.delete(client);
        client.fail(fatalFrame('57P02', 'the embedded engine was restarted'));
      }
    },
  };
}
