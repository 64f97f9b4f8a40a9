import { connect } from 'node:net';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { startFakeGrafana, viewer, type Claims, type FakeGrafana } from '../support/fake-grafana.js';
import { send, type Answer } from '../support/http-server.js';
import { ADMIN_KEY, openProduct, type Product } from '../support/product.js';

/** What the OpenAPI document says of one route. */
interface Operation {
  readonly method: string;
  /** Parameters filled in. */
  readonly path: string;
  readonly scope: 'ingest' | 'read' | 'admin';
  readonly grafana: boolean;
}

let grafana: FakeGrafana;
let product: Product;
let port: number;
let operations: Operation[];
const keys = { grafana: '', read: '', admin: '', revoked: '', bound: '' };

beforeAll(async () => {
  grafana = await startFakeGrafana();
  product = await openProduct({ GRAFANA_URL: grafana.url });
  port = Number(new URL(product.url).port);
  operations = await documentedOperations();
  keys.grafana = (await makeKey(['grafana'])).token;
  keys.read = (await makeKey(['read'])).token;
  keys.admin = (await makeKey(['admin'])).token;
  keys.bound = (await makeKey(['read'], 'acme')).token;
  const revoked = await makeKey(['grafana']);
  await product.call('DELETE', `/api/v1/keys/${revoked.id}`);
  keys.revoked = revoked.token;
});
afterAll(async () => {
  await product.stop();
  await grafana.stop();
});

async function makeKey(
  scopes: string[],
  orgId: string | null = null,
): Promise<{ id: string; token: string }> {
  const body = { name: scopes.join(), scopes, org_id: orgId };
  const made = await product.call<{ id: string; token: string }>('POST', '/api/v1/keys', body);
  expect(made.status).toBe(201);
  return made.body;
}

/** Every route that is not public, once. */
async function documentedOperations(): Promise<Operation[]> {
  type Described = { readonly security: readonly Record<string, readonly string[]>[] };
  const { body } = await product.call<{ paths: Record<string, Record<string, Described>> }>(
    'GET',
    '/openapi.json',
  );
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security }]) => {
      const [scope] = security.find((one) => 'key' in one)?.['key'] ?? [];
      if (scope === undefined) return [];
      const filled = path.replace(/\{(\w+)\}/g, (_all, name) => (name === 'dimension' ? 'model' : 'nothing'));
      return [
        {
          method: method.toUpperCase(),
          path: filled,
          scope: scope as Operation['scope'],
          grafana: security.some((one) => 'grafana_key' in one && 'grafana_identity' in one),
        },
      ];
    }),
  );
}

/** A request as Grafana's proxy sends it; the empty body of a POST is refused as input, by whom it was let in. */
const ask = (headers: Record<string, string>, { method, path }: Pick<Operation, 'method' | 'path'>) =>
  send(port, method, path, {
    headers: {
      ...headers,
      ...(method !== 'GET' && { 'content-type': 'application/json', 'content-length': '7' }),
    },
    ...(method !== 'GET' && { body: 'no json' }),
  });
const READ = { method: 'GET', path: '/api/v1/events' };

/** Refused for who asks: any other answer was given by the route itself. */
const codeOf = ({ status, json, body }: Answer): string =>
  status === 403 || status === 401 || status === 503
    ? `${status} ${(json['code'] as string | undefined) ?? body.toString()}`
    : 'let in';

const withKey = (token: string, key = keys.grafana): Record<string, string> => ({
  'x-tokenledger-key': key,
  'x-grafana-id': token,
});
const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from;

describe('no route of the API', () => {
  type Attack = readonly [string, string, () => Promise<Record<string, string>> | Record<string, string>];
  const claimed = (claims: Claims) => async () => withKey(await grafana.token({ claims }));
  const attacks: readonly Attack[] = [
    [
      'the key alone, as where the identity is stripped',
      '403 no_grafana_identity',
      () => ({ 'x-tokenledger-key': keys.grafana }),
    ],
    ['the key in Authorization', '403 missing_scope', () => ({ authorization: `Bearer ${keys.grafana}` })],
    [
      'the key in both headers',
      '403 no_grafana_identity',
      () => ({ authorization: `Bearer ${keys.grafana}`, 'x-tokenledger-key': keys.grafana }),
    ],
    [
      'the key alone beside a key that may do everything',
      '403 no_grafana_identity',
      () => ({ authorization: `Bearer ${ADMIN_KEY}`, 'x-tokenledger-key': keys.grafana }),
    ],
    ['an identity alone', '403 invalid_grafana_key', async () => ({ 'x-grafana-id': await grafana.token() })],
    [
      'an identity beside a key that may do everything',
      '403 invalid_grafana_key',
      async () => ({ authorization: `Bearer ${ADMIN_KEY}`, 'x-grafana-id': await grafana.token() }),
    ],
    [
      'an identity as the key of Authorization',
      '403 invalid_grafana_key',
      async () => ({ authorization: `Bearer ${await grafana.token()}`, 'x-tokenledger-key': '' }),
    ],
    ['an empty identity', '403 invalid_grafana_identity', () => withKey('')],
    [
      'a wrong key',
      '403 invalid_grafana_key',
      async () => withKey(await grafana.token(), `${keys.grafana.slice(0, -2)}00`),
    ],
    ['a revoked key', '403 invalid_grafana_key', async () => withKey(await grafana.token(), keys.revoked)],
    ['a key with read', '403 invalid_grafana_key', async () => withKey(await grafana.token(), keys.read)],
    ['a key with admin', '403 invalid_grafana_key', async () => withKey(await grafana.token(), keys.admin)],
    ['the admin key', '403 invalid_grafana_key', async () => withKey(await grafana.token(), ADMIN_KEY)],
    [
      "an organisation's key",
      '403 invalid_grafana_key',
      async () => withKey(await grafana.token(), keys.bound),
    ],
    [
      'the key twice',
      '403 invalid_grafana_key',
      async () => withKey(await grafana.token(), `${keys.grafana}, ${keys.grafana}`),
    ],
    [
      'a forged identity',
      '403 unknown_grafana_signature',
      async () => withKey(await grafana.token({ key: (await generateKeyPair('ES256')).privateKey })),
    ],
    [
      'an identity with an unknown key',
      '403 unknown_grafana_signature',
      async () => withKey(await grafana.token({ header: { kid: 'id-2031-01-es256' } })),
    ],
    [
      'an unsigned identity',
      '403 invalid_grafana_identity',
      () => withKey(new UnsecuredJWT({ ...viewer(grafana.issuer), role: 'Admin' }).encode()),
    ],
    [
      'an identity signed with the public key as a secret',
      '403 invalid_grafana_identity',
      async () =>
        withKey(
          await new SignJWT({ ...viewer(grafana.issuer), role: 'Admin' })
            .setProtectedHeader({ alg: 'HS256', kid: String(grafana.publicKey().kid) })
            .sign(Buffer.from(JSON.stringify(grafana.publicKey()))),
        ),
    ],
    ['an expired identity', '403 expired_grafana_identity', claimed({ exp: seconds(-30) })],
    [
      'an identity of the future',
      '403 expired_grafana_identity',
      claimed({ iat: seconds(3_600), exp: seconds(4_200) }),
    ],
    ['another Grafana', '403 wrong_issuer', claimed({ iss: 'https://grafana.example.com/' })],
    [
      'another organisation',
      '403 unknown_grafana_organisation',
      claimed({ aud: 'org:2', namespace: 'org-2', role: 'Admin' }),
    ],
    [
      'contradicting organisations',
      '403 invalid_grafana_identity',
      claimed({ aud: 'org:1', namespace: 'org-2' }),
    ],
    [
      'an anonymous visitor',
      '403 anonymous_grafana_user',
      claimed({ sub: 'anonymous:0', type: 'anonymous', identifier: '' }),
    ],
    ['a user without a role', '403 grafana_role_none', claimed({ role: 'None' })],
    ['a user of whom no role is told', '403 grafana_role_none', claimed({ role: undefined })],
    [
      'an unknown kind of caller',
      '403 invalid_grafana_identity',
      claimed({ sub: 'access-policy:1', type: 'access-policy' }),
    ],
    [
      'two identities',
      '403 invalid_grafana_identity',
      async () => withKey(`${await grafana.token()}, ${await grafana.token()}`),
    ],
  ];

  it('is missing from the matrix', () => {
    expect(operations.length).toBeGreaterThan(20);
    for (const scope of ['ingest', 'read', 'admin'])
      expect(operations.filter((one) => one.scope === scope).length).toBeGreaterThan(2);
  });

  it.each(attacks)('is open to %s: %s', async (_what, expected, headersOf) => {
    const headers = await headersOf();
    for (const operation of operations) {
      const answer = await ask(headers, operation);
      const otlp = operation.path === '/v1/traces';
      expect([operation.method, operation.path, answer.status]).toEqual([
        operation.method,
        operation.path,
        403,
      ]);
      if (!otlp) expect([operation.path, codeOf(answer)]).toEqual([operation.path, expected]);
      const text = answer.body.toString();
      for (const value of Object.values(headers))
        for (const part of value.split(/[ .,]/)) if (part.length > 12) expect(text).not.toContain(part);
      expect(text).not.toMatch(/viewer1|dg52ygrbdxb7ke/);
    }
  });

  it('is open without a key once Grafana is set, also on loopback', async () => {
    for (const operation of operations)
      expect([operation.path, (await ask({}, operation)).status]).toEqual([operation.path, 401]);
  });

  it('is open to anybody while Grafana has never been reached', async () => {
    const away = await startFakeGrafana();
    const other = await openProduct({ GRAFANA_URL: away.url }, product.db);
    const token = await away.token({ claims: { role: 'Admin' } });
    await away.stop();
    for (const { method, path } of operations) {
      const answer = await send(Number(new URL(other.url).port), method, path, { headers: withKey(token) });
      expect([path, answer.status]).toEqual([path, 503]);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    await other.stop();
  });

  it('is open to users of Grafana while none is configured, and says so', async () => {
    const other = await openProduct({}, product.db);
    const answer = await send(Number(new URL(other.url).port), 'GET', '/api/v1/events', {
      headers: withKey(await grafana.token()),
    });
    expect([answer.status, answer.json['code']]).toEqual([403, 'grafana_not_configured']);
    await other.stop();
  });
});

describe('a role in the organisation of the team', () => {
  const nobody = { identifier: undefined, username: undefined, email: undefined, authenticatedBy: undefined };
  const program = { ...nobody, sub: 'service-account:6', type: 'service-account' };
  const renderer = { ...nobody, sub: 'render:0', type: 'render' };
  it.each<[string, Claims, readonly Operation['scope'][]]>([
    ['a Viewer', {}, ['read']],
    ['an Editor', { role: 'Editor' }, ['read']],
    ['an Admin', { role: 'Admin' }, ['read', 'admin']],
    ['a service account that is Viewer', { ...program }, ['read']],
    ['a service account that is Admin', { ...program, role: 'Admin' }, ['read']],
    ['rendering', { ...renderer }, ['read']],
    ['rendering as Admin', { ...renderer, role: 'Admin' }, ['read']],
  ])('%s comes to what it may, and to nothing else', async (_what, claims, scopes) => {
    const headers = withKey(await grafana.token({ claims }));
    for (const operation of operations) {
      const may = operation.grafana && scopes.includes(operation.scope);
      expect([operation.method, operation.path, codeOf(await ask(headers, operation))]).toEqual([
        operation.method,
        operation.path,
        may
          ? 'let in'
          : operation.path === '/v1/traces'
            ? expect.stringMatching(/^403/)
            : '403 missing_scope',
      ]);
    }
  });

  it('is that of the request: neither Authorization nor a header that claims an organisation changes it', async () => {
    const viewerOf = withKey(await grafana.token());
    const claims = { 'x-grafana-org-id': '2', 'x-grafana-user': 'admin', 'x-grafana-role': 'Admin' };
    for (const authorization of [`Bearer ${ADMIN_KEY}`, 'Bearer wrong', 'Basic YTpi', '']) {
      const headers = { ...viewerOf, ...claims, authorization };
      expect(codeOf(await ask(headers, READ))).toBe('let in');
      expect(codeOf(await ask(headers, { method: 'POST', path: '/api/v1/prices/reload' }))).toBe(
        '403 missing_scope',
      );
    }
  });

  it('never makes a key, which would outlast it', async () => {
    const headers = withKey(await grafana.token({ claims: { role: 'Admin' } }));
    for (const method of ['GET', 'POST'])
      expect(codeOf(await ask(headers, { method, path: '/api/v1/keys' }))).toBe('403 missing_scope');
    expect(operations.filter(({ grafana: open }) => !open).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/v1/traces', '/v1/events', '/api/v1/keys']),
    );
  });

  it('signs what it changes', async () => {
    const headers = withKey(await grafana.token({ claims: { role: 'Admin' } }));
    const body = JSON.stringify({
      ...{ provider: 'house', model: 'llm-7b', note: 'by an admin of Grafana', dry_run: false },
      prices: { input: '1', output: '1' },
    });
    const changed = await send(port, 'POST', '/api/v1/prices', {
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    expect(changed.status).toBe(200);
    const { json } = await ask(withKey(await grafana.token()), {
      method: 'GET',
      path: '/api/v1/prices?provider=house',
    });
    expect(json).toMatchObject({ prices: [{ author: 'grafana:dg52ygrbdxb7ke' }] });
  });
});

describe('what one user of Grafana does', () => {
  it('locks out nobody else, though all come from one address', async () => {
    const forged = await grafana.token({ header: { kid: 'forged' } });
    for (let i = 0; i < 30; i++) {
      await ask(withKey(forged), READ);
      await ask({ ...withKey('x'), authorization: `Bearer wrong-${i}` }, READ);
      await ask(withKey(await grafana.token(), `wrong-${i}`), READ);
    }
    expect(codeOf(await ask(withKey(await grafana.token()), READ))).toBe('let in');
    expect((await product.call('GET', '/api/v1/events')).status).toBe(200);
  });

  it('is refused with two identities in two headers', async () => {
    const token = await grafana.token();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Tokenledger-Key: ${keys.grafana}\r\n` +
            `X-Grafana-Id: ${token}\r\nx-grafana-id: ${token}\r\n\r\n`,
        ),
      );
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('error', reject).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('invalid_grafana_identity');
  });

  it.each([
    '/api/v1/../v1/events',
    '/docs/../api/v1/keys',
    '/api/v1/%2e%2e/v1/events',
    '/api/v1/..%2fv1/events',
    '/api\\v1\\events',
    '//api/v1/events',
  ])('finds no way by the path %s', async (path) => {
    const { status, json } = await ask(withKey(await grafana.token()), { method: 'GET', path });
    expect([status, json['code']]).toEqual([400, 'malformed_path']);
  });
});
