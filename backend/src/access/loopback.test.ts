import { isLocalRequest, isLoopback } from './loopback.js';

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
    '%s is',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '127.0.0.1.evil.com',
    'evil.com',
    'localhost.evil.com',
    'notlocalhost',
    '::ffff:10.0.0.1',
    '',
  ])('%j is not', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('isLocalRequest', () => {
  const local = { peer: '127.0.0.1', headers: { host: 'localhost:4318' } };

  it.each(['localhost:4318', 'localhost', '127.0.0.1', '127.0.0.1:80', '[::1]:4318', '[::1]'])(
    'takes Host %s',
    (host) => {
      expect(isLocalRequest({ ...local, headers: { host } })).toBe(true);
    },
  );

  it.each([
    'evil.com',
    'evil.com:4318',
    'localhost.evil.com',
    'localhost@evil.com',
    'evil.com#localhost',
    'localhost:4318:evil',
    'localhost, evil.com',
    '127.0.0.1.nip.io',
    '::1',
    '',
    undefined,
  ])('refuses Host %j', (host) => {
    expect(isLocalRequest({ ...local, headers: { host } })).toBe(false);
  });

  it.each(['::1', '::ffff:127.0.0.1', '127.0.0.2'])('takes the peer %s', (peer) => {
    expect(isLocalRequest({ ...local, peer })).toBe(true);
  });

  it.each(['10.0.0.7', '::ffff:10.0.0.7', '2001:db8::1', ''])('refuses the peer %j', (peer) => {
    expect(isLocalRequest({ ...local, peer })).toBe(false);
  });

  it.each([
    ['origin', 'http://localhost:4318'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'same-site'],
    ['forwarded', 'for=127.0.0.1'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded', ''],
    ['x-real-ip', '127.0.0.1'],
    ['via', '1.1 proxy'],
    ['cf-connecting-ip', '1.2.3.4'],
  ])('refuses a request with %s: %s', (name, value) => {
    expect(isLocalRequest({ ...local, headers: { ...local.headers, [name]: value } })).toBe(false);
  });

  it.each([
    ['sec-fetch-site', 'same-origin'],
    ['sec-fetch-site', 'none'],
    ['user-agent', 'OTel-OTLP-Exporter'],
  ])('takes a request with %s: %s', (name, value) => {
    expect(isLocalRequest({ ...local, headers: { ...local.headers, [name]: value } })).toBe(true);
  });
});
