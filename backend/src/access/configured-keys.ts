import { matchesSha256, sha256 } from './key.js';
import type { Keys } from './keys.js';
import type { KeyScope, LiveKey } from './store.js';

/**
 * Finds INGEST_KEY and GRAFANA_KEY as it finds the keys of the database: whoever starts the product and Grafana together needs
 * a key that is there before the database is. Its id, the name of the caller, is the name of the setting in small letters.
 */
export function withConfiguredKeys(
  keys: Pick<Keys, 'find'>,
  { ingest, grafana }: { readonly ingest: string | null; readonly grafana: string | null },
): Pick<Keys, 'find'> {
  const configured = [
    ...liveKey('ingest-key', 'ingest', ingest),
    ...liveKey('grafana-key', 'grafana', grafana),
  ];
  return {
    async find(token) {
      return configured.find((key) => matchesSha256(token, key.sha256)) ?? (await keys.find(token));
    },
  };
}

function liveKey(id: string, scope: KeyScope, token: string | null): LiveKey[] {
  return token === null ? [] : [{ id, sha256: sha256(token), scopes: [scope], orgId: null }];
}
