import { expect, test } from '@playwright/test';
import {
  ADMIN,
  ask,
  createUser,
  DATA_SOURCE,
  GRAFANA_KEY,
  PROXY,
  TOKENLEDGER_URL,
  type User,
} from './grafana';

/** Who asks, through a real Grafana's proxy. No browser: what is attacked here is the backend. */
const STATUS = `${PROXY}/api/v1/status`;
const PRICE = {
  provider: 'house',
  model: 'house-llm-7b',
  prices: { input: '0.2', output: '0.6' },
  note: 'e2e',
};

interface Status {
  you: { role: string | null; may_change: boolean; audience: string };
}

let viewer: User;
let editor: User;
test.beforeAll(async () => {
  viewer = await createUser('identity-viewer', 'Viewer');
  editor = await createUser('identity-editor', 'Editor');
});

test('a role in Grafana is a role in the backend', async () => {
  for (const [as, role, mayChange] of [
    [viewer, 'viewer', false],
    [editor, 'editor', false],
    [ADMIN, 'admin', true],
  ] as const) {
    const { status, body } = await ask<Status>(STATUS, { as });
    expect([status, body.you.role, body.you.may_change, body.you.audience]).toEqual([
      200,
      role,
      mayChange,
      'team',
    ]);
  }
});

test('only an admin changes prices', async () => {
  const setPrice = (as: User) =>
    ask(`${PROXY}/api/v1/prices?dry_run=true`, { method: 'POST', as, body: { ...PRICE, dry_run: true } });
  expect((await setPrice(viewer)).status).toBe(403);
  expect((await setPrice(editor)).status).toBe(403);
  expect([200, 201]).toContain((await setPrice(ADMIN)).status);
});

test('a viewer who strips his identity gets nothing', async () => {
  const headers = { connection: 'keep-alive, X-Grafana-Id' };
  const { status, body } = await ask(STATUS, { as: viewer, headers });
  expect([status, body.code]).toEqual([403, 'no_grafana_identity']);
});

test('a viewer cannot put another identity in', async () => {
  for (const [header, value] of [
    ['x-grafana-id', 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoiQWRtaW4ifQ.'],
    ['x-grafana-user', 'admin'],
    ['x-tokenledger-key', 'tlk_forged'],
    ['x-ds-authorization', `Bearer ${GRAFANA_KEY}`],
    ['x-ds-authorization', 'Bearer forged'],
  ] as const) {
    const { status, body } = await ask<Status>(STATUS, { as: viewer, headers: { [header]: value } });
    expect([header, status, body.you?.role]).toEqual([header, 200, 'viewer']);
  }
});

test('what is made for programs is not reached through Grafana, not by an admin either', async () => {
  const key = await ask(`${PROXY}/api/v1/keys`, {
    method: 'POST',
    as: ADMIN,
    body: { name: 'x', scopes: ['admin'] },
  });
  expect(key.status).toBe(403);
  const event = await ask(`${PROXY}/v1/events`, { method: 'POST', as: ADMIN, body: {} });
  expect(event.status).toBe(403);
});

test('a path with dots is refused', async () => {
  for (const path of [
    '/api/v1/../v1/keys',
    '/api/v1/%2e%2e/v1/keys',
    '/api/v1/..%2fv1/keys',
    '/../api/v1/keys',
  ]) {
    const { status } = await ask(`${PROXY}${path}`, { as: viewer });
    expect([path, status >= 400 && status < 500]).toEqual([path, true]);
  }
});

test('the key of the data source opens nothing by itself', async () => {
  const direct = (headers: Record<string, string>) => ask('/api/v1/status', { headers }, TOKENLEDGER_URL);
  expect((await direct({ 'x-tokenledger-key': GRAFANA_KEY })).status).toBe(403);
  expect((await direct({ authorization: `Bearer ${GRAFANA_KEY}` })).status).toBe(403);
  expect((await direct({})).status).toBe(401);
});

test('an organisation of Grafana that the backend does not know reads nothing', async () => {
  const { body: organisation } = await ask<{ orgId: number }>('/api/orgs', {
    method: 'POST',
    as: ADMIN,
    body: { name: 'outsiders' },
  });
  const headers = { 'x-grafana-org-id': String(organisation.orgId) };
  const source = {
    name: 'Tokenledger',
    uid: DATA_SOURCE.uid,
    type: DATA_SOURCE.type,
    access: 'proxy',
    url: TOKENLEDGER_URL,
    jsonData: { httpHeaderName1: 'X-Tokenledger-Key' },
    secureJsonData: { httpHeaderValue1: GRAFANA_KEY },
  };
  const made = await ask('/api/datasources', { method: 'POST', as: ADMIN, headers, body: source });
  expect(made.status).toBe(200);
  const { status, body } = await ask(STATUS, { as: ADMIN, headers });
  expect([status, body.code]).toEqual([403, 'unknown_grafana_organisation']);
  // The organisation asked for in a header is not the one of the token, when they differ.
  const mixed = await ask(`${STATUS}?targetOrgId=${organisation.orgId}`, {
    as: ADMIN,
    headers: { 'x-grafana-org-id': '1' },
  });
  expect(mixed.status).toBe(403);
});

test('a service account reads and never changes', async () => {
  const account = await ask<{ id: number }>('/api/serviceaccounts', {
    method: 'POST',
    as: ADMIN,
    body: { name: 'robot', role: 'Admin' },
  });
  const token = await ask<{ key: string }>(`/api/serviceaccounts/${account.body.id}/tokens`, {
    method: 'POST',
    as: ADMIN,
    body: { name: 'robot' },
  });
  const headers = { authorization: `Bearer ${token.body.key}` };
  const { status, body } = await ask<Status>(STATUS, { headers });
  expect([status, body.you?.may_change]).toEqual([200, false]);
  const change = await ask(`${PROXY}/api/v1/prices`, { method: 'POST', headers, body: PRICE });
  expect(change.status).toBe(403);
});
