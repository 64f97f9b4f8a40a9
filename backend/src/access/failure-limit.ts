import { ipKeyGenerator, MemoryStore, type Options } from 'express-rate-limit';

const WINDOW_MS = 60_000;
/** A misconfigured exporter retries a few times a minute; a guesser does not stop there. */
const MAX_FAILURES = 20;

/** Counts failed authentications per peer. Only failures: what succeeds is never limited here. */
export interface FailureLimit {
  /** Seconds until the peer may try again, or null while it may. */
  blockedFor(peer: string): Promise<number | null>;
  failed(peer: string): Promise<void>;
}

/**
 * The store of express-rate-limit without its middleware, which counts every request first and takes successes back
 * later: that would limit parallel ingest.
 */
export function createFailureLimit(): FailureLimit {
  const store = new MemoryStore();
  store.init({ windowMs: WINDOW_MS } as Options);
  return {
    async blockedFor(peer) {
      const record = await store.get(keyOf(peer));
      if (record === undefined || record.totalHits < MAX_FAILURES) return null;
      const until = record.resetTime?.getTime() ?? 0;
      return Math.max(1, Math.ceil((until - Date.now()) / 1000));
    },
    async failed(peer) {
      await store.increment(keyOf(peer));
    },
  };
}

/** One subscriber has a whole IPv6 network: count that, not the address. */
const keyOf = (peer: string): string => (peer === '' ? 'unknown' : ipKeyGenerator(peer));
