import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { matchesSha256, sha256 } from './key.js';

const TOKEN_FILE = 'admin-token';
const SERVER_FILE = 'server.json';

const ServerFile = z.object({ url: z.url(), pid: z.int() });

/** The right of whoever can read the data folder: the CLI of the same user uses it to talk to the running server. */
export interface LocalAdmin {
  matches(token: string): boolean;
  /** Writes token and address into the data folder, readable by its owner only. Call it once the server listens. */
  publish(url: string): Promise<void>;
  /** Removes what `publish` wrote, unless another server has replaced it since. */
  withdraw(): Promise<void>;
}

/** A token that lives as long as the process: a new one at each start, compared as a hash. */
export function createLocalAdmin(dataDir: string): LocalAdmin {
  const token = `tla_${randomBytes(32).toString('hex')}`;
  const expected = sha256(token);
  return {
    matches: (presented) => matchesSha256(presented, expected),
    async publish(url) {
      await mkdir(dataDir, { recursive: true });
      await writePrivate(join(dataDir, TOKEN_FILE), `${token}\n`);
      await writePrivate(join(dataDir, SERVER_FILE), `${JSON.stringify({ url, pid: process.pid })}\n`);
    },
    async withdraw() {
      if ((await readLocalAdmin(dataDir))?.token !== token) return;
      await rm(join(dataDir, SERVER_FILE), { force: true });
      await rm(join(dataDir, TOKEN_FILE), { force: true });
    },
  };
}

/** Where the server of a data folder listens and its admin token, or null when none has said so. It may be dead by now. */
export async function readLocalAdmin(
  dataDir: string,
): Promise<{ url: string; pid: number; token: string } | null> {
  try {
    const token = (await readFile(join(dataDir, TOKEN_FILE), 'utf8')).trim();
    const server = ServerFile.parse(JSON.parse(await readFile(join(dataDir, SERVER_FILE), 'utf8')));
    return { ...server, token };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(
      `The address of the running server cannot be read from ${dataDir}. Run this as the user who started the server, or restart it.`,
      { cause: error },
    );
  }
}

/** By way of a new file: an existing one may be readable by others, and a reader must never meet half a file. */
async function writePrivate(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
}
