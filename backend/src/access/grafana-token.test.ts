import { jest } from '@jest/globals';
import pino from 'pino';
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import {
  startFakeGrafana,
  viewer,
  type Claims,
  type FakeGrafana,
  type Mood,
} from '../../../test/support/fake-grafana.js';
import { createGrafanaKeys } from './grafana-keys.js';
import { createTokenVerifier, type GrafanaIdentity } from './grafana-token.js';

let grafana: FakeGrafana;
let verify: (token: string) => Promise<GrafanaIdentity>;
/** Time as the verifier and jose's cache see it; sockets and timers keep the real one. */
let ahead = 0;
const realNow = Date.now.bind(Date);

beforeEach(async () => {
  ahead = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead);
  grafana = await startFakeGrafana();
  verify = verifierOf(grafana);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await grafana.stop();
});

function verifierOf({ url }: { url: string }, issuer = `${url}/`) {
  const keys = createGrafanaKeys({ url, logger: pino({ level: 'silent' }), timeoutMs: 300 });
  return createTokenVerifier({ keys, issuer, now: Date.now });
}
/** The code a token is refused with, or null. The message never quotes the token. */
async function codeOf(token: string, by = verify): Promise<string | null> {
  try {
    await by(token);
    return null;
  } catch (error) {
    const { code, status, message } = error as { code: string; status: number; message: string };
    expect(status).toBe(code === 'grafana_away' ? 503 : 403);
    for (const part of token.split('.')) if (part.length > 8) expect(message).not.toContain(part);
    expect(message).not.toContain('viewer1');
    return code;
  }
}
const of = async (claims: Claims): Promise<string | null> => codeOf(await grafana.token({ claims }));
const seconds = (from: number): number => Math.floor(realNow() / 1000) + from;

describe('a token of Grafana', () => {
  it('tells who asks', async () => {
    expect(await verify(await grafana.token())).toEqual({
      organisation: 1,
      type: 'user',
      id: 'dg52ygrbdxb7ke',
      role: 'Viewer',
    });
  });

  it.each<[string, Claims, object]>([
    ['with its audience in a list', { aud: ['org:1'] }, { organisation: 1 }],
    ['of another organisation', { aud: 'org:12', namespace: 'org-12' }, { organisation: 12 }],
    ['of a service account', { sub: 'service-account:6', type: 'service-account' }, { id: '6' }],
    ['of nobody', { sub: 'anonymous:0', type: 'anonymous', identifier: '' }, { type: 'anonymous', id: '0' }],
    ['without a role', { role: undefined }, { role: null }],
    ['that expired while it was on its way', { exp: seconds(-3) }, { organisation: 1 }],
    ['of a clock a little ahead', { iat: seconds(3) }, { organisation: 1 }],
  ])('%s', async (_what, claims, told) => {
    expect(await verify(await grafana.token({ claims }))).toMatchObject(told);
  });

  it.each<[string, string, Claims]>([
    ['has expired', 'expired_grafana_identity', { exp: seconds(-10) }],
    ['is of tomorrow', 'expired_grafana_identity', { iat: seconds(86_400), exp: seconds(87_000) }],
    ['is not valid yet', 'invalid_grafana_identity', { nbf: seconds(3_600) }],
    ['never expires', 'invalid_grafana_identity', { exp: undefined }],
    ['tells no time', 'invalid_grafana_identity', { iat: undefined }],
    ['tells no audience', 'invalid_grafana_identity', { aud: undefined }],
    ['has two audiences', 'invalid_grafana_identity', { aud: ['org:1', 'org:2'] }],
    ['has another audience', 'invalid_grafana_identity', { aud: 'folder.grafana.app' }],
    ['has an odd audience', 'invalid_grafana_identity', { aud: 'org:01' }],
    ['has another namespace', 'invalid_grafana_identity', { aud: 'org:1', namespace: 'org-2' }],
    ['is of two organisations', 'invalid_grafana_identity', { aud: 'org:2', namespace: 'default' }],
    ['is of the cloud', 'invalid_grafana_identity', { namespace: 'stacks-1' }],
    ['tells no namespace', 'invalid_grafana_identity', { namespace: undefined }],
    ['tells no subject', 'invalid_grafana_identity', { sub: undefined }],
    ['tells another type than its subject', 'invalid_grafana_identity', { sub: 'anonymous:0' }],
    ['tells no type', 'invalid_grafana_identity', { type: undefined }],
    ['names no user', 'invalid_grafana_identity', { identifier: undefined }],
    ['names an odd user', 'invalid_grafana_identity', { identifier: 'x\ny' }],
    ['is of another Grafana', 'wrong_issuer', { iss: 'https://grafana.example.com/' }],
    ['lacks the slash of its issuer', 'wrong_issuer', { iss: 'http://127.0.0.1' }],
    ['tells no issuer', 'wrong_issuer', { iss: undefined }],
  ])('that %s is refused: %s', async (_what, code, claims) => {
    expect(await of(claims)).toBe(code);
  });

  it('of another issuer is refused with both, unless what it claims is no address', async () => {
    const message = async (iss: string): Promise<string> =>
      verify(await grafana.token({ claims: { iss } })).then(String, (error: Error) => error.message);
    expect(await message('https://g.example/sub/')).toContain(
      `issuer https://g.example/sub/, expected ${grafana.issuer} (GRAFANA_ISSUER)`,
    );
    for (const odd of ['https://x/?token=hunter2', '<b>hunter2', `https://${'hunter2'.repeat(99)}`])
      expect(await message(odd)).not.toContain('hunter2');
  });
});

describe('a forged token', () => {
  it('signed with another key of the same name', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(await codeOf(await grafana.token({ key: privateKey }))).toBe('unknown_grafana_signature');
  });

  it('that brings its own key', async () => {
    const other = await startFakeGrafana();
    const claims = viewer(grafana.issuer);
    for (const header of [{ jwk: other.publicKey() }, { jku: `${other.url}/api/signing-keys/keys` }])
      expect(await codeOf(await other.token({ claims, header }))).toBe('unknown_grafana_signature');
    expect(other.asked()).toBe(0);
    await other.stop();
  });

  it('of another Grafana, whose key has the same name', async () => {
    const other = await startFakeGrafana();
    expect(await codeOf(await other.token())).toBe('wrong_issuer');
    await other.stop();
  });

  it.each(['id-2020-01-es256', '../../x', '__proto__'])('with a key named %s', async (kid) => {
    expect(await codeOf(await grafana.token({ header: { kid } }))).toBe('unknown_grafana_signature');
  });

  it('without a name for its key', async () => {
    expect(await codeOf(await grafana.token({ header: { kid: undefined } }))).toBe(
      'invalid_grafana_identity',
    );
  });

  it('without a signature', async () => {
    const unsigned = new UnsecuredJWT(viewer(grafana.issuer)).encode();
    const [, payload] = (await grafana.token()).split('.');
    const [header] = (await grafana.token()).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: 'id-2026-11-es256' })).toString('base64url');
    for (const token of [unsigned, `${none}.${payload}.`, `${none}.${payload}.AAAA`])
      expect(await codeOf(token)).toBe('invalid_grafana_identity');
    expect(await codeOf(`${header}.${payload}.`)).toBe('unknown_grafana_signature');
  });

  it('signed by HS256 with the public key as its secret', async () => {
    const jwk = grafana.publicKey();
    const pem = await exportSPKI((await importJWK(jwk, 'ES256', { extractable: true })) as CryptoKey);
    for (const secret of [pem, JSON.stringify(jwk), String(jwk.x)]) {
      const token = await new SignJWT(viewer(grafana.issuer))
        .setProtectedHeader({ alg: 'HS256', kid: String(jwk.kid) })
        .sign(Buffer.from(secret));
      expect(await codeOf(token)).toBe('invalid_grafana_identity');
    }
  });

  it('with a payload that was changed', async () => {
    const [header, , signature] = (await grafana.token()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...viewer(grafana.issuer), role: 'Admin' }));
    expect(await codeOf(`${header}.${payload.toString('base64url')}.${signature}`)).toBe(
      'unknown_grafana_signature',
    );
  });

  it.each(['', 'x', 'a.b.c', '..', 'null', `${'a'.repeat(4_000)}.b.c`])(
    'that is nothing of the kind (%#)',
    async (token) => {
      expect(await codeOf(token)).toBe('invalid_grafana_identity');
    },
  );

  it('twice in one header', async () => {
    const token = await grafana.token();
    expect(await codeOf(`${token}, ${token}`)).not.toBeNull();
  });
});

describe('the keys of Grafana', () => {
  it('are read once, under the path of its address', async () => {
    const below = await startFakeGrafana('/grafana');
    const byPath = verifierOf(below);
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        expect(await codeOf(await below.token(), byPath)).toBeNull();
      }),
    );
    expect(below.asked()).toBe(1);
    await below.stop();
  });

  it('are read again when a new one is named, but not within ten seconds', async () => {
    expect(await of({})).toBeNull();
    await grafana.rotate();
    expect(await of({})).toBe('unknown_grafana_signature');
    ahead += 11_000;
    expect(await of({})).toBeNull();
    expect(grafana.asked()).toBe(2);
  });

  it('are read again when one has changed under its name, as in a new installation', async () => {
    expect(await of({})).toBeNull();
    await grafana.rotate({ sameName: true });
    ahead += 11_000;
    expect(await of({})).toBeNull();
    expect(grafana.asked()).toBe(2);
  });

  it('are not asked for by a flood of forged tokens, which locks nobody out', async () => {
    const own = await grafana.token();
    expect(await codeOf(own)).toBeNull();
    const { privateKey } = await generateKeyPair('ES256');
    for (let minute = 0; minute < 6; minute++) {
      const forged = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          grafana.token(i % 2 ? { key: privateKey } : { header: { kid: `forged-${minute}-${i}` } }),
        ),
      );
      const codes = await Promise.all(forged.map((token) => codeOf(token)));
      expect(new Set(codes)).toEqual(new Set(['unknown_grafana_signature']));
      expect(await codeOf(own)).toBeNull();
      ahead += 10_001;
    }
    expect(grafana.asked()).toBeLessThanOrEqual(6);
  });

  it('are not asked for by a flood while Grafana hangs either, and whoever is known gets through', async () => {
    const own = await grafana.token();
    expect(await codeOf(own)).toBeNull();
    ahead += 11_000;
    grafana.setMood('hang');
    const forged = await Promise.all(
      Array.from({ length: 30 }, (_, i) => grafana.token({ header: { kid: `forged-${i}` } })),
    );
    const codes = await Promise.all([...forged.map((token) => codeOf(token)), codeOf(own)]);
    expect(codes).toEqual([...forged.map(() => 'grafana_away'), null]);
    for (const token of forged) expect(await codeOf(token)).toBe('grafana_away');
    expect(grafana.asked()).toBe(2);
  });

  it('serve for ten minutes while Grafana is away, and nobody is believed after that', async () => {
    expect(await of({})).toBeNull();
    await grafana.goAway();
    ahead += 9 * 60_000;
    expect(await of({ iat: seconds(0), exp: seconds(3_600) })).toBeNull();
    ahead += 2 * 60_000;
    const late = { iat: seconds(0), exp: seconds(3_600) };
    expect(await of(late)).toBe('grafana_away');
    await grafana.comeBack();
    expect(await of(late)).toBe('grafana_away');
    ahead += 2_001;
    expect(await of(late)).toBeNull();
  });

  it.each<[Mood, RegExp]>([
    ['html', /something that is no set of keys/],
    ['no keys', /something that is no set of keys/],
    ['huge', /more than 65536 bytes/],
    ['error', /answers 502/],
    ['redirect', /answers 302, which leads elsewhere/],
    ['hang', /does not answer within 0.3 s/],
    ['drip', /does not answer within 0.3 s/],
    ['bad key', /publishes a key that cannot be used/],
  ])('let nobody in when Grafana answers: %s', async (mood, reason) => {
    grafana.setMood(mood);
    await expect(verify(await grafana.token())).rejects.toMatchObject({
      ...{ status: 503, code: 'grafana_away', retryAfter: expect.any(Number) },
      message: expect.stringMatching(reason),
    });
  });

  it('let nobody in when there is no Grafana', async () => {
    const token = await grafana.token();
    await grafana.goAway();
    expect(await codeOf(token)).toBe('grafana_away');
  });
});
