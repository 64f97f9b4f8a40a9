import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

export type GrafanaRole = 'Viewer' | 'Editor' | 'Admin' | 'None';

/** Signs who is asking as Grafana 12.2 does (ES256), and publishes the key it signs with. */
export function createIdentity() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = `id-${randomUUID()}-es256`;
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  return {
    /** What Grafana answers at /api/signing-keys/keys. */
    keySet: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] },

    /** The value of X-Grafana-Id: a user of organisation 1. @param issuer Grafana's root_url, with its slash */
    token(issuer: string, role: GrafanaRole): string {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        aud: 'org:1',
        authenticatedBy: 'password',
        exp: now + 600,
        iat: now,
        identifier: `${role.toLowerCase()}uid`,
        iss: issuer,
        name: role,
        namespace: 'default',
        role,
        sub: 'user:2',
        type: 'user',
        username: role.toLowerCase(),
      };
      const content = `${encoded({ alg: 'ES256', kid, typ: 'jwt' })}.${encoded(claims)}`;
      const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${content}.${signature.toString('base64url')}`;
    },
  };
}
