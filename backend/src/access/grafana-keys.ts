import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import type { Logger } from 'pino';
import { GrafanaAway } from './grafana-problem.js';

/** A key set of Grafana has a kilobyte; what is larger is something else. */
const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 5_000;
/** As long as a token lives: a key that Grafana has given up is trusted no longer than its last token would be. */
const CACHE_MS = 10 * 60_000;
/** Whatever is thrown at us, Grafana is asked this often at most. A new key is unknown for as long. */
const COOLDOWN_MS = 10_000;
/** The same while it does not answer. */
const RETRY_MS = 2_000;

/** The public keys of Grafana's identity tokens. */
export interface GrafanaKeys {
  /** The key a token names. @throws GrafanaAway, or what jose throws when there is no such key */
  readonly find: JWTVerifyGetKey;
  /** Reads them again, if the last time is long enough ago; false: it is not, they are what they were. */
  renew(): Promise<boolean>;
}

export interface GrafanaKeysDeps {
  /** Of Grafana, without a slash at the end. */
  readonly url: string;
  readonly logger: Logger;
  /** Milliseconds to wait for Grafana. */
  readonly timeoutMs?: number;
}

/** Reads Grafana's published keys when they are needed and keeps them for some minutes, also while Grafana is away. */
export function createGrafanaKeys({ url, logger, timeoutMs = TIMEOUT_MS }: GrafanaKeysDeps): GrafanaKeys {
  let failed: { readonly at: number; readonly error: GrafanaAway } | null = null;
  const read: FetchImplementation = async (address, { headers, signal }) => {
    if (failed !== null && Date.now() - failed.at < RETRY_MS) throw failed.error;
    try {
      const text = await readKeySet(address, { headers, signal, redirect: 'manual' });
      failed = null;
      return new Response(text);
    } catch (error) {
      const late = signal.aborted ? ` within ${timeoutMs / 1000} s` : '';
      const reported = error instanceof GrafanaAway ? error : away(`does not answer${late}`);
      failed = { at: Date.now(), error: reported };
      logger.warn({ err: error, url: address }, 'the keys of Grafana could not be read');
      throw reported;
    }
  };
  const keys = createRemoteJWKSet(new URL(`${url}/api/signing-keys/keys`), {
    timeoutDuration: timeoutMs,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MS,
    [customFetch]: read,
  });
  return {
    find(header, token) {
      // With one key published a nameless one would be taken for it.
      if (header?.kid === undefined) throw new errors.JWSInvalid('it names no key');
      return keys(header, token);
    },
    async renew() {
      if (keys.coolingDown) return false;
      await keys.reload();
      return true;
    },
  };
}

async function readKeySet(address: string, init: RequestInit): Promise<string> {
  const response = await fetch(address, init);
  if (response.status !== 200) {
    await response.body?.cancel();
    const moved = response.status >= 300 && response.status < 400;
    throw away(`answers ${response.status}${moved ? ', which leads elsewhere' : ''}`);
  }
  const text = await readText(response);
  if (!isKeySet(text)) throw away('answers something that is no set of keys');
  return text;
}

/** Reads no further than a key set can be long, whatever length is announced. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw away(`answers more than ${MAX_BYTES} bytes, which are no set of keys`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isKeySet(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null);
  } catch {
    return false;
  }
}

const away = (reason: string): GrafanaAway => new GrafanaAway(reason, RETRY_MS / 1000);

/** Whether a token was refused because its key is not Grafana's. */
export const isForeignKey = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JWSSignatureVerificationFailed;
