import type { Logger } from 'pino';
import type { Db } from '../db/db.js';
import { keyId, matchesSha256, newKey } from './key.js';
import {
  insertKey,
  listKeys,
  liveKeys,
  revokeKey,
  touchKey,
  type ApiKey,
  type KeyScope,
  type LiveKey,
} from './store.js';

/** A revocation elsewhere (another replica, the CLI) is known here after at most this long. */
const FRESH_MS = 5_000;
/** A key that is not in our list may be brand new: look again, but at most this often, whatever is thrown at us. */
const RELOAD_MS = 500;
/** While the database is away the last list still serves, so that metrics can be read; not for ever. */
const STALE_MS = 5 * 60_000;
const TOUCH_MS = 60_000;

export interface NewKeyRequest {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly orgId: string | null;
  /** The caller's name, for audit. */
  readonly createdBy: string;
}

/** The API keys of the database. */
export interface Keys {
  /** Makes a key. `token` cannot be had again. */
  create(request: NewKeyRequest): Promise<ApiKey & { readonly token: string }>;
  list(): Promise<ApiKey[]>;
  /** False when there is no such key. Here at once, elsewhere within seconds. */
  revoke(id: string): Promise<boolean>;
  /** The key a token belongs to, or null. Asks the database at most every half second; rejects when that is needed and fails. */
  find(token: string): Promise<LiveKey | null>;
}

/** Keeps all live keys in memory (they are few), so that ingest costs no query per request. `now`: milliseconds. */
export function createKeys({ db, logger, now }: { db: Db; logger: Logger; now: () => number }): Keys {
  let live: ReadonlyMap<string, LiveKey> = new Map();
  let loadedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;
  const touched = new Map<string, number>();

  const load = async (): Promise<void> => {
    const startedAt = now();
    live = new Map((await liveKeys(db)).map((key) => [key.id, key]));
    loadedAt = startedAt;
  };
  const reload = (): Promise<void> =>
    (loading ??= load().finally(() => {
      loading = null;
    }));
  const refresh = async (maxAge: number): Promise<void> => {
    const age = now() - loadedAt;
    if (age <= maxAge || (age <= STALE_MS && now() - failedAt <= RELOAD_MS)) return;
    try {
      await reload();
    } catch (error) {
      failedAt = now();
      if (age > STALE_MS) throw error;
      logger.warn({ err: error }, 'API keys could not be read; the last known ones still serve');
    }
  };
  /** What was being read may lack our change: wait for it, then let nobody use it. */
  const changed = async (): Promise<void> => {
    await loading?.catch(() => {});
    loadedAt = Number.NEGATIVE_INFINITY;
  };
  const touch = (id: string): void => {
    if (now() - (touched.get(id) ?? 0) < TOUCH_MS) return;
    touched.set(id, now());
    touchKey(db, id).catch((error: unknown) =>
      logger.debug({ err: error, key: id }, 'last use of a key not noted'),
    );
  };

  return {
    async create({ name, scopes, orgId, createdBy }) {
      const { id, token, sha256 } = newKey();
      const key = await insertKey(db, { id, sha256, name, scopes, orgId, createdBy });
      await changed();
      return { ...key, token };
    },
    list: () => listKeys(db),
    async revoke(id) {
      const found = await revokeKey(db, id);
      await changed();
      return found;
    },
    async find(token) {
      const id = keyId(token);
      if (id === null) return null;
      await refresh(FRESH_MS);
      if (!live.has(id)) await refresh(RELOAD_MS);
      const key = live.get(id);
      if (key === undefined || !matchesSha256(token, key.sha256)) return null;
      touch(id);
      return key;
    },
  };
}
