import { Worker } from 'node:worker_threads';
import { errorCode, errorMessage } from '../error-parts.js';
import { padBatch } from './pad-batch.js';
import { frames, queryFrame, readCString } from './protocol.js';

export interface EngineOptions {
  /** Folder of the database cluster; null keeps everything in memory. */
  readonly dataDir: string | null;
  /** A tar made by `dump()` to start from instead of an empty cluster; null for none. */
  readonly template: string | null;
}

/** One running engine. After any rejection of `exec` it is unusable: terminate it and start another. */
export interface Engine {
  /** Runs one batch of frontend frames atomically and returns all backend frames. Not re-entrant by design of its caller. */
  exec(batch: Buffer): Promise<Buffer>;
  /** The cluster as a tar archive, usable as a `template`. */
  dump(): Promise<Uint8Array>;
  /** Shuts the database down cleanly and ends the thread. */
  close(): Promise<void>;
  /** Ends the thread at once: to the data folder this is like `kill -9`. */
  terminate(): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly output?: Uint8Array;
  readonly failure?: { message: string; code?: string };
}

// LOAD comes first after every open: without it continuous aggregates of an existing cluster fail ("null function or
// function signature mismatch"); CREATE EXTENSION does not cure that. The rest is the one session's settings.
const FIRST_STATEMENTS = [
  "load 'timescaledb'",
  "set client_min_messages = warning; set timezone = 'UTC'; create extension if not exists timescaledb",
];

/** @throws Error saying what to do when the optional package is missing or the folder cannot be opened */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const worker = new Worker(new URL('./engine-worker.mjs', import.meta.url), { workerData: options });
  const calls = new Map<number, { resolve: (output: Buffer) => void; reject: (error: Error) => void }>();
  let dead: Error | undefined;
  let lastId = 0;

  const die = (error: Error): void => {
    dead ??= error;
    for (const call of calls.values()) call.reject(dead);
    calls.clear();
  };
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`the embedded engine's thread ended (exit code ${code})`)));
  worker.on('message', ({ id, output, failure }: Answer) => {
    const call = calls.get(id);
    calls.delete(id);
    if (failure) call?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
    else if (output) call?.resolve(Buffer.from(output.buffer, output.byteOffset, output.length));
  });

  const answerTo = (id: number): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      if (dead) reject(dead);
      else calls.set(id, { resolve, reject });
    });
  const call = (op: 'exec' | 'close' | 'dump', batch?: Uint8Array<ArrayBuffer>): Promise<Buffer> => {
    const id = ++lastId;
    const answer = answerTo(id);
    if (!dead) worker.postMessage({ id, op, batch }, batch ? [batch.buffer] : []);
    return answer;
  };
  const exec = (batch: Buffer): Promise<Buffer> => call('exec', padBatch(batch));

  try {
    await answerTo(0);
    for (const statement of FIRST_STATEMENTS) throwServerError(await exec(queryFrame(statement)));
  } catch (error) {
    await worker.terminate();
    throw startFailure(error, options);
  }
  return {
    exec,
    dump: () => call('dump'),
    close: async () => {
      try {
        await call('close');
      } finally {
        await worker.terminate();
      }
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
}

function throwServerError(output: Buffer): void {
  for (const reply of frames(output)) {
    if (reply[0] !== 0x45) continue;
    for (let at = 5; reply[at] !== 0;) {
      const { text, next } = readCString(reply, at);
      if (text.startsWith('M')) throw new Error(text.slice(1));
      at = next;
    }
  }
}

function startFailure(error: unknown, { dataDir }: EngineOptions): Error {
  if (errorCode(error) === 'ERR_MODULE_NOT_FOUND') {
    return new Error('embedded engine is not installed; set DATABASE_URL or run npm ci', { cause: error });
  }
  const where = dataDir === null ? 'in memory' : `the data folder ${dataDir}`;
  return new Error(
    `the embedded engine could not open ${where}: ${errorMessage(error)}. ` +
      'Check that the folder is writable and was made by this version, or move it away to start empty.',
    { cause: error },
  );
}
