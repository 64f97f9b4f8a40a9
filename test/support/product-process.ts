import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { callApi, type CallApi } from './call-api.js';

const MAIN = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url));

/** The product as it is started by `npm start`: a process of its own over a data folder, on a free port. */
export interface ProductProcess {
  readonly url: string;
  readonly pid: number;
  /** Without a key: from this machine. */
  readonly call: CallApi;
  /** Everything the process has written to its terminal and its log so far. */
  output(): string;
  /** Sends a signal and resolves with how the process ended. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves once it listens; rejects with its output when it ends before. */
export async function startProduct(
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProductProcess> {
  const child = spawn(process.execPath, [MAIN], {
    // Nothing of the environment the tests run in: a DATABASE_URL there must not be written to.
    env: { PATH: process.env['PATH'], PORT: '0', EMBEDDED_PG_PORT: '0', DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const url = await Promise.race([listening(child, output), ended.then(() => null)]);
  if (url === null) throw new Error(`the product ended before it listened:\n${output.join('')}`);
  return {
    url,
    pid: child.pid ?? -1,
    call: callApi(url, null),
    output: () => output.join(''),
    stop: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

function listening(child: ChildProcess, output: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    child.stdout?.on('data', () => {
      const [, url] = /^Tokenledger listens on (\S+)$/m.exec(output.join('')) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}
