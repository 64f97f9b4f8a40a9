import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url));

/**
 * Starts the backend as a process of its own and waits until it listens.
 *
 * @param {{ env: NodeJS.ProcessEnv, logFile: string, detached?: boolean }} options
 * @returns {Promise<{ url: string, ended: Promise<unknown>, stop: () => Promise<void> }>}
 * @throws Error with what the backend said
 */
export async function startProduct({ env, logFile, detached = false }) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, [MAIN], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches only whoever started it, who must then stop it.
    detached,
  });
  let told = '';
  let complained = '';
  child.stdout.on('data', (text) => {
    log.write(text);
    told += text;
  });
  child.stderr.on('data', (text) => {
    log.write(text);
    complained = (complained + text).slice(-4_000);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', () => {
      const listening = /^Tokenledger listens on (\S+)$/m.exec(told);
      if (listening) resolve(listening[1] ?? '');
    });
    void ended.then(() =>
      reject(new Error(`The backend ended; its log is ${logFile}\n${complained.trim()}`)),
    );
  });
  return {
    url,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
