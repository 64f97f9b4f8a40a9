import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** What Grafana 12.2.0 puts into a token, as seen in a running one; a claim set to undefined is left out. */
export interface Claims {
  readonly [claim: string]: unknown;
}

export interface TokenOptions {
  readonly claims?: Claims;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Another key than Grafana's own, under the same id. */
  readonly key?: CryptoKey;
}

/** How it answers to whoever asks for its keys. */
export type Mood = 'well' | 'html' | 'huge' | 'error' | 'redirect' | 'hang' | 'no keys' | 'bad key' | 'drip';

/** The part of a Grafana that this product meets: it publishes keys and signs tokens with them. */
export interface FakeGrafana {
  readonly url: string;
  /** root_url: what its tokens name as their issuer. */
  readonly issuer: string;
  /** How often its keys were asked for. */
  asked(): number;
  setMood(mood: Mood): void;
  /** A new key with another name, or with the same one as after a new installation. The old one is published no more. */
  rotate(options?: { readonly sameName: boolean }): Promise<void>;
  token(options?: TokenOptions): Promise<string>;
  /** The key it signs with, as published. */
  publicKey(): JWK;
  /** Closes the socket; `open` listens on the same port again. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

const KEYS_PATH = '/api/signing-keys/keys';

/** Listens on a random loopback port, under `subPath` as Grafana behind a proxy does. */
export async function startFakeGrafana(subPath = ''): Promise<FakeGrafana> {
  let signer = await newSigner('id-2026-11-es256');
  let mood: Mood = 'well';
  let asked = 0;
  let keysNamed = 1;
  const server = createServer((request, response) => {
    if (request.url !== subPath + KEYS_PATH) {
      response.writeHead(404).end();
      return;
    }
    asked++;
    answer(response, mood, signer.jwk);
  });
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const port = await listen(0);
  const url = `http://127.0.0.1:${port}${subPath}`;
  const issuer = `${url}/`;

  return {
    url,
    issuer,
    asked: () => asked,
    setMood(next) {
      mood = next;
    },
    async rotate({ sameName } = { sameName: false }) {
      signer = await newSigner(sameName ? signer.kid : `id-2026-12-es256-${++keysNamed}`);
    },
    token: ({ claims = {}, header = {}, key = signer.privateKey } = {}) =>
      new SignJWT(present({ ...viewer(issuer), ...claims }))
        .setProtectedHeader(
          present({ alg: 'ES256', kid: signer.kid, typ: 'jwt', ...header }) as { alg: string },
        )
        .sign(key),
    publicKey: () => signer.jwk,
    goAway: close,
    async comeBack() {
      await listen(port);
    },
    stop: () => (server.listening ? close() : Promise.resolve()),
  };
}

/** The claims of a user who is Viewer of organisation 1. */
export function viewer(issuer: string): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    ...{ iss: issuer, aud: 'org:1', namespace: 'default', iat: now - 60, exp: now + 540 },
    ...{ sub: 'user:2', type: 'user', identifier: 'dg52ygrbdxb7ke', role: 'Viewer' },
    ...{ username: 'viewer1', name: 'viewer1', email: 'viewer1@x.test', authenticatedBy: 'password' },
  };
}

const present = (claims: Claims): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));

async function newSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, jwk: { use: 'sig', kid, alg: 'ES256', ...(await exportJWK(publicKey)) } };
}

function answer(response: ServerResponse, mood: Mood, jwk: JWK): void {
  const json = (body: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  switch (mood) {
    case 'well':
      return json({ keys: [jwk] });
    case 'no keys':
      return json({ message: 'Not found' });
    case 'bad key':
      return json({ keys: [{ ...jwk, x: 'AAAA' }] });
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
      return;
    case 'huge':
      return json({ keys: [jwk], padding: 'x'.repeat(1024 * 1024) });
    case 'error':
      response.writeHead(502).end('bad gateway');
      return;
    case 'redirect':
      response.writeHead(302, { location: '/login' }).end();
      return;
    case 'hang':
      return;
    case 'drip':
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":[');
      return;
  }
}
