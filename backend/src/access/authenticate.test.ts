import { jest } from '@jest/globals';
import { send, startServer, type TestServer } from '../../../test/support/http-server.js';
import { route } from '../http/route.js';
import { createAuthenticate } from './authenticate.js';
import { SCOPES, type Scope } from '../http/caller.js';
import { createFailureLimit } from './failure-limit.js';
import { newKey } from './key.js';
import type { LiveKey } from './store.js';

const ADMIN_KEY = 'an-admin-key-of-more-than-32-characters';
const LOCAL_TOKEN = 'tla_local';
const team = newKey();
const acme = newKey();
const known = new Map<string, LiveKey>([
  [team.token, { id: team.id, sha256: team.sha256, scopes: ['ingest', 'read'], orgId: null }],
  [acme.token, { id: acme.id, sha256: acme.sha256, scopes: ['ingest'], orgId: 'acme' }],
]);

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** One route per scope that tells who was recognised. */
const routes = SCOPES.map((scope) =>
  route({
    method: 'get',
    path: `/${scope}`,
    tag: 'Test',
    summary: scope,
    scope,
    responses: {},
    handle: ({ caller: { name, orgId, realm } }) => Promise.resolve({ body: { name, orgId, realm } }),
  }),
);
const find = jest.fn((token: string) => Promise.resolve(known.get(token) ?? null));

const servers: TestServer[] = [];
afterEach(async () => {
  for (const { server } of servers.splice(0)) await server.close();
});

/** Returns a function that asks the server and tells the status and what it says. */
async function start({ embedded = true }: { embedded?: boolean } = {}) {
  const authenticate = createAuthenticate({
    keys: { find },
    localAdmin: { matches: (token) => token === LOCAL_TOKEN },
    adminKey: ADMIN_KEY,
    keyless: embedded,
    grafana: null,
    failures: createFailureLimit(),
  });
  const server = await startServer(routes, { authenticate });
  servers.push(server);
  return (scope: Scope, headers: Record<string, string> = {}) =>
    send(server.port, 'GET', `/${scope}`, { headers });
}

describe('keyless use', () => {
  it.each<[string, boolean, Record<string, string>, number]>([
    ['localhost with port', true, { host: 'localhost:4318' }, 200],
    ['127.0.0.1', true, { host: '127.0.0.1' }, 200],
    ['::1 with port', true, { host: '[::1]:4318' }, 200],
    ['a rebound name', true, { host: 'evil.com' }, 401],
    ['a rebound name with port', true, { host: 'evil.com:4318' }, 401],
    ['a browser on our own page', true, { host: 'localhost', origin: 'http://localhost' }, 401],
    ['a browser on another page', true, { host: 'localhost', origin: 'https://evil.com' }, 401],
    ['a link in another page', true, { host: 'localhost', 'sec-fetch-site': 'cross-site' }, 401],
    ['a reverse proxy', true, { host: 'localhost', 'x-forwarded-for': '127.0.0.1' }, 401],
    ['a modern reverse proxy', true, { host: 'localhost', forwarded: 'for=127.0.0.1' }, 401],
    ['a real ip', true, { host: 'localhost', 'x-real-ip': '127.0.0.1' }, 401],
    ['a gateway', true, { host: 'localhost', via: '1.1 gateway' }, 401],
    ['localhost with DATABASE_URL', false, { host: 'localhost:4318' }, 401],
    ['127.0.0.1 with DATABASE_URL', false, { host: '127.0.0.1' }, 401],
  ])('%s, embedded %s', async (_what, embedded, headers, status) => {
    const get = await start({ embedded });
    expect((await get('ingest', headers)).status).toBe(status);
    expect((await get('read', headers)).status).toBe(status);
  });

  it('may send and read for the team, but not administer', async () => {
    const get = await start();
    expect((await get('read')).json).toEqual({ name: 'loopback', orgId: null, realm: 'team' });
    expect((await get('admin')).status).toBe(401);
  });

  it.each([
    { 'x-grafana-id': 'x' },
    { 'x-grafana-id': '' },
    { 'x-tokenledger-key': newKey().token },
    { 'x-tokenledger-key': '' },
    { 'x-tokenledger-key': team.token, ...bearer(team.token) },
  ])('is not what a request through Grafana falls back to: %j', async (headers) => {
    const { status, json } = await (await start())('read', headers);
    expect([status, json['code']]).toEqual([403, 'invalid_grafana_key']);
  });

  it('is not what a request with a wrong key falls back to', async () => {
    const get = await start();
    expect((await get('read', bearer(newKey().token))).status).toBe(401);
  });
});

describe('a key', () => {
  it('tells its realm', async () => {
    const get = await start({ embedded: false });
    expect((await get('ingest', bearer(team.token))).json).toEqual({
      name: team.id,
      orgId: null,
      realm: 'team',
    });
    const bound = { name: acme.id, orgId: 'acme', realm: 'org:acme' };
    expect((await get('ingest', bearer(acme.token))).json).toEqual(bound);
  });

  it.each(['Bearer', 'bearer', 'BEARER  '])('may be sent as %j', async (scheme) => {
    const get = await start({ embedded: false });
    expect((await get('read', { authorization: `${scheme} ${team.token}` })).status).toBe(200);
  });

  it('opens its scopes only', async () => {
    const get = await start({ embedded: false });
    const { status, json, headers } = await get('read', bearer(acme.token));
    expect([status, json['code']]).toEqual([403, 'missing_scope']);
    expect(headers['www-authenticate']).toContain('error="insufficient_scope", scope="read"');
    expect((await get('admin', bearer(team.token))).status).toBe(403);
  });

  it.each<[string, Record<string, string>, string]>([
    ['missing', {}, 'missing_key'],
    ['unknown', bearer(newKey().token), 'invalid_key'],
    ['altered', bearer(`${team.token.slice(0, -1)}x`), 'invalid_key'],
    ['of another scheme', { authorization: 'Basic YTpi' }, 'invalid_authorization'],
    ['empty', { authorization: 'Bearer ' }, 'invalid_authorization'],
    ['doubled', bearer(`${team.token} ${team.token}`), 'invalid_authorization'],
  ])('that is %s is a 401 that says what to do and does not repeat the key', async (_what, headers, code) => {
    const get = await start({ embedded: false });
    const answer = await get('ingest', headers);
    expect([answer.status, answer.json['code']]).toEqual([401, code]);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="tokenledger"/);
    expect(answer.json['detail']).toContain('keys create');
    expect(answer.body.toString()).not.toMatch(/tlk_|YTpi/);
  });

  it('of the environment may do everything', async () => {
    const get = await start({ embedded: false });
    for (const scope of SCOPES)
      expect((await get(scope, bearer(ADMIN_KEY))).json).toMatchObject({ name: 'admin-key' });
    expect((await get('admin', bearer(`${ADMIN_KEY}x`))).status).toBe(401);
  });
});

describe('the local admin token', () => {
  it('administers from loopback', async () => {
    const get = await start({ embedded: false });
    expect((await get('admin', bearer(LOCAL_TOKEN))).json).toMatchObject({ name: 'local-admin' });
  });

  it('is nothing from elsewhere', async () => {
    const authenticate = createAuthenticate({
      keys: { find },
      localAdmin: { matches: (token) => token === LOCAL_TOKEN },
      adminKey: null,
      keyless: true,
      grafana: null,
      failures: createFailureLimit(),
    });
    const facts = { peer: '10.0.0.7', headers: { host: 'localhost', ...bearer(LOCAL_TOKEN) } };
    await expect(authenticate(facts, { scope: 'admin' })).rejects.toMatchObject({ status: 401 });
  });
});

describe('the limit of failures', () => {
  it('answers 429 after twenty wrong keys, a right guess of the admin key included', async () => {
    const get = await start({ embedded: false });
    for (let i = 0; i < 20; i++) expect((await get('read', bearer(`wrong-${i}`))).status).toBe(401);
    const { status, headers } = await get('read', bearer('wrong'));
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await get('read', bearer(ADMIN_KEY))).status).toBe(429);
  });

  it('never stops the local admin token, whatever an exporter on this machine does', async () => {
    const get = await start({ embedded: false });
    for (let i = 0; i < 25; i++) await get('read', bearer(`wrong-${i}`));
    expect((await get('admin', bearer(LOCAL_TOKEN))).status).toBe(200);
  });

  it('never stops a key of the database, whoever else fails behind the same address', async () => {
    const get = await start({ embedded: false });
    for (let i = 0; i < 25; i++) await get('read', bearer(`wrong-${i}`));
    const parallel = await Promise.all(Array.from({ length: 40 }, () => get('ingest', bearer(acme.token))));
    expect(parallel.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200));
  });

  it('does not count successes, missing keys or missing scopes', async () => {
    const get = await start({ embedded: false });
    for (let i = 0; i < 30; i++) {
      await get('ingest', bearer(team.token));
      await get('ingest');
      await get('admin', bearer(team.token));
    }
    expect((await get('ingest', bearer('wrong'))).status).toBe(401);
    expect((await get('admin', bearer(ADMIN_KEY))).status).toBe(200);
  });

  it('is kept per address', async () => {
    const failures = createFailureLimit();
    for (let i = 0; i < 20; i++) await failures.failed('::ffff:10.0.0.7');
    expect(await failures.blockedFor('10.0.0.7')).toBeGreaterThan(0);
    expect(await failures.blockedFor('10.0.0.8')).toBeNull();
    for (let i = 0; i < 20; i++) await failures.failed(`2001:db8:0:12::${i}`);
    expect(await failures.blockedFor('2001:db8:0:12:ffff::1')).toBeGreaterThan(0);
    expect(await failures.blockedFor('2001:db8:1::1')).toBeNull();
  });
});
