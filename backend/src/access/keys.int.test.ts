import pino from 'pino';
import sql from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { send, startServer, type TestServer } from '../../../test/support/http-server.js';
import type { Db } from '../db/db.js';
import { route } from '../http/route.js';
import { createAuthenticate } from './authenticate.js';
import { createFailureLimit } from './failure-limit.js';
import { newKey } from './key.js';
import { createKeys, type Keys } from './keys.js';
import { createKeyRoutes } from './routes.js';
import { countLiveKeys } from './store.js';

const ADMIN_KEY = 'an-admin-key-of-more-than-32-characters';
const logger = pino({ level: 'silent' });

let db: Db;
let clock = Date.now();
const now = (): number => clock;
/** Statements that read the live keys; `away` makes all of them fail. */
let reads = 0;
let away = false;

/** The test database with a counter and a switch. */
const watched = (): Db => ({
  ...db,
  query(statement) {
    if (/where revoked_at is null/.test(statement.sql)) reads++;
    return away ? Promise.reject(new Error('connection refused')) : db.query(statement);
  },
});

let keys: Keys;
let server: TestServer;
beforeAll(async () => {
  db = await openTestDb();
});
beforeEach(async () => {
  away = false;
  reads = 0;
  keys = createKeys({ db: watched(), logger, now });
  const authenticate = createAuthenticate({
    keys,
    localAdmin: { matches: () => false },
    adminKey: ADMIN_KEY,
    keyless: false,
    grafana: null,
    failures: createFailureLimit(),
  });
  const whoami = route({
    method: 'get',
    path: '/whoami',
    tag: 'Test',
    summary: 'Who',
    scope: 'read',
    responses: {},
    handle: ({ caller: { name, orgId, realm } }) => Promise.resolve({ body: { name, orgId, realm } }),
  });
  server = await startServer([...createKeyRoutes(keys), whoami], { authenticate });
});
afterEach(async () => {
  await server.server.close();
  await truncateAll(db);
});
afterAll(() => db.close());

const call = (method: string, path: string, token: string, body?: object) =>
  send(server.port, method, path, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const create = (body: object) => call('POST', '/api/v1/keys', ADMIN_KEY, body);

describe('a key of the API', () => {
  it('is made, shown once, used, listed and revoked', async () => {
    const created = await create({ name: ' Reports ', scopes: ['read', 'read'], org_id: 'acme' });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      name: 'Reports',
      scopes: ['read'],
      org_id: 'acme',
      created_by: 'admin-key',
    });
    const { id, token } = created.json as { id: string; token: string };

    expect((await call('GET', '/whoami', token)).json).toEqual({
      name: id,
      orgId: 'acme',
      realm: 'org:acme',
    });

    const listed = await call('GET', '/api/v1/keys', ADMIN_KEY);
    expect(listed.json).toMatchObject({ keys: [{ id, name: 'Reports', revoked_at: null }] });
    expect(listed.body.toString()).not.toContain(token.slice(-64));

    expect(await countLiveKeys(db)).toBe(1);
    expect((await call('DELETE', `/api/v1/keys/${id}`, ADMIN_KEY)).status).toBe(204);
    expect(await countLiveKeys(db)).toBe(0);
    expect((await call('GET', '/whoami', token)).status).toBe(401);
    expect((await call('DELETE', `/api/v1/keys/${id}`, ADMIN_KEY)).status).toBe(204);
    const [row] = (await keys.list()).map(({ revokedAt }) => revokedAt);
    expect(row).toBeInstanceOf(Date);
  });

  it('is stored without its secret', async () => {
    const { token } = (await create({ name: 'x', scopes: ['ingest'] })).json as { token: string };
    const { rows } = await db.query(sql`select to_jsonb(k)::text as row from api_keys k`);
    expect(rows).toHaveLength(1);
    expect(String(rows[0]?.['row'])).not.toContain(token.slice(-64));
  });

  it('may not be managed without the scope admin', async () => {
    const { token } = (await create({ name: 'x', scopes: ['ingest', 'read'] })).json as { token: string };
    for (const [method, path] of [
      ['POST', '/api/v1/keys'],
      ['GET', '/api/v1/keys'],
      ['DELETE', '/api/v1/keys/x'],
    ] as const) {
      expect((await call(method, path, token, method === 'POST' ? {} : undefined)).status).toBe(403);
    }
  });

  it.each([
    ['scopes', { name: 'x', scopes: [] }],
    ['scopes[0]', { name: 'x', scopes: ['write'] }],
    ['scopes', { name: 'x', scopes: ['admin'], org_id: 'acme' }],
    ['scopes', { name: 'x', scopes: ['grafana', 'read'] }],
    ['scopes', { name: 'x', scopes: ['admin', 'grafana'] }],
    ['org_id', { name: 'x', scopes: ['grafana'], org_id: 'acme' }],
    ['name', { name: ' ', scopes: ['read'] }],
    ['org_id', { name: 'x', scopes: ['read'], org_id: '' }],
    ['org_id', { name: 'x', scopes: ['read'], org_id: 'unattributed' }],
    ['organisation', { name: 'x', scopes: ['read'], organisation: 'acme' }],
  ])('is refused with the field %s named: %j', async (field, body) => {
    const { status, json } = await create(body);
    expect([status, (json['errors'] as { field: string }[]).map((error) => error.field)]).toEqual([
      400,
      [field],
    ]);
    expect(await keys.list()).toEqual([]);
  });

  it('of Grafana opens nothing by itself, and has no other scope in the database either', async () => {
    const { status, json } = await create({ name: 'grafana', scopes: ['grafana'] });
    expect([status, json['scopes']]).toEqual([201, ['grafana']]);
    const answer = await call('GET', '/whoami', json['token'] as string);
    expect([answer.status, answer.json['code']]).toEqual([403, 'missing_scope']);
    expect(answer.json['detail']).toContain('X-Tokenledger-Key');
    for (const change of [sql`scopes = '{grafana,read}'`, sql`org_id = 'acme'`])
      await expect(db.query(sql`update api_keys set ${change}`)).rejects.toThrow(/api_keys_scopes_check/);
  });

  it('that does not exist cannot be revoked', async () => {
    expect((await call('DELETE', '/api/v1/keys/nothing', ADMIN_KEY)).json['code']).toBe('no_such_key');
  });
});

describe('finding a key', () => {
  const make = () => keys.create({ name: 'x', scopes: ['ingest'], orgId: null, createdBy: 'test' });

  it('costs no query per request', async () => {
    const { token, id } = await make();
    for (let i = 0; i < 50; i++) expect((await keys.find(token))?.id).toBe(id);
    expect(reads).toBe(1);
  });

  it('asks at most every half second, whatever unknown keys come', async () => {
    await Promise.all(Array.from({ length: 50 }, () => keys.find(newKey().token)));
    for (let i = 0; i < 50; i++) expect(await keys.find(newKey().token)).toBeNull();
    expect(reads).toBe(1);
    clock += 501;
    await keys.find(newKey().token);
    expect(reads).toBe(2);
  });

  it('sees within seconds what another process made or revoked', async () => {
    const other = createKeys({ db, logger, now });
    await keys.find(newKey().token);
    const { token, id } = await other.create({ name: 'x', scopes: ['read'], orgId: null, createdBy: 'cli' });
    clock += 501;
    expect((await keys.find(token))?.id).toBe(id);
    await other.revoke(id);
    clock += 5_001;
    expect(await keys.find(token)).toBeNull();
  });

  it('uses the last known keys while the database is away, but not for ever', async () => {
    const { token, id } = await make();
    await keys.find(token);
    away = true;
    clock += 60_000;
    expect((await keys.find(token))?.id).toBe(id);
    const tried = reads;
    await keys.find(newKey().token);
    expect(reads).toBe(tried);
    clock += 5 * 60_000;
    await expect(keys.find(token)).rejects.toThrow('connection refused');
    away = false;
    expect((await keys.find(token))?.id).toBe(id);
  });

  it('does not take the right id with another secret', async () => {
    const { token } = await make();
    const forged = token.slice(0, -64) + newKey().token.slice(-64);
    expect(await keys.find(forged)).toBeNull();
  });

  it('notes the last use', async () => {
    const { token } = await make();
    expect((await keys.list())[0]?.lastUsedAt).toBeNull();
    await keys.find(token);
    let lastUsedAt: Date | null = null;
    for (let i = 0; i < 200 && lastUsedAt === null; i++)
      lastUsedAt = (await keys.list())[0]?.lastUsedAt ?? null;
    expect(lastUsedAt).toBeInstanceOf(Date);
  });
});
