import { pino } from 'pino';
import { createApiClient, type ApiClient } from './api-client.js';
import { readLocalAdmin } from '../access/local-admin.js';
import type { Config } from '../config.js';

/**
 * Runs `work` against the running server (its address and admin token are in the data folder). While none runs, the
 * same API is served for this one command by this process, on a free loopback port.
 */
export async function withApi<T>(
  config: Config,
  work: (api: ApiClient, running: boolean) => Promise<T>,
): Promise<T> {
  const published = await readLocalAdmin(config.dataDir);
  if (published !== null && (await isAlive(published.url))) {
    return work(createApiClient(reachable(published.url), published.token), true);
  }
  // Loading the whole product takes a second: only where it is needed.
  const { startServer } = await import('../start-server.js');
  const server = await startServer(config, pino({ level: 'warn' }, pino.destination(2)), {
    purpose: 'command',
  });
  try {
    const own = await readLocalAdmin(config.dataDir);
    if (own === null) throw new Error(`the admin token could not be read back from ${config.dataDir}`);
    return await work(createApiClient(own.url, own.token), false);
  } finally {
    await server.stop();
  }
}

async function isAlive(url: string): Promise<boolean> {
  try {
    return (await fetch(`${reachable(url)}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** A server on all addresses is reached over loopback: the admin token is taken from there only. */
const reachable = (url: string): string =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
