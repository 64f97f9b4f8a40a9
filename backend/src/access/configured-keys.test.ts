import { jest } from '@jest/globals';
import { withConfiguredKeys } from './configured-keys.js';
import type { LiveKey } from './store.js';

const INGEST = 'a'.repeat(64);
const GRAFANA = 'b'.repeat(64);
const ofDatabase: LiveKey = { id: '0123456789abcdef', sha256: 'x', scopes: ['read'], orgId: 'acme' };

function start(configured: { ingest: string | null; grafana: string | null }) {
  const inDatabase = jest.fn((token: string) => Promise.resolve(token === 'known' ? ofDatabase : null));
  return { inDatabase, keys: withConfiguredKeys({ find: inDatabase }, configured) };
}

it('gives each configured key its one scope, and asks no database for it', async () => {
  const { keys, inDatabase } = start({ ingest: INGEST, grafana: GRAFANA });
  expect(await keys.find(INGEST)).toMatchObject({ id: 'ingest-key', scopes: ['ingest'], orgId: null });
  expect(await keys.find(GRAFANA)).toMatchObject({ id: 'grafana-key', scopes: ['grafana'], orgId: null });
  expect(inDatabase).not.toHaveBeenCalled();
});

it('leaves every other token to the database', async () => {
  const { keys } = start({ ingest: INGEST, grafana: GRAFANA });
  expect(await keys.find('known')).toBe(ofDatabase);
  expect(await keys.find(GRAFANA.slice(1))).toBeNull();
});

it('knows none where none is set', async () => {
  const { keys } = start({ ingest: null, grafana: GRAFANA });
  expect(await keys.find(INGEST)).toBeNull();
  expect(await keys.find('')).toBeNull();
});
