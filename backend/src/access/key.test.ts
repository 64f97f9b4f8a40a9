import { jest } from '@jest/globals';
import * as crypto from 'node:crypto';

const timingSafeEqual = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual }));
const { keyId, matchesSha256, newKey, sha256 } = await import('./key.js');

describe('a key', () => {
  it('carries its id and 256 random bits, and is stored as a hash of them', () => {
    const { id, token, sha256: stored } = newKey();
    expect(token).toMatch(/^tlk_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect(keyId(token)).toBe(id);
    expect(stored).toBe(sha256(token));
    expect(matchesSha256(token, stored)).toBe(true);
  });

  it('is another one each time', () => {
    const tokens = new Set(Array.from({ length: 100 }, () => newKey().token));
    expect(tokens.size).toBe(100);
  });

  it('is compared in constant time, as hashes of one length', () => {
    const { token, sha256: stored } = newKey();
    for (const presented of [token, 'x', '']) {
      timingSafeEqual.mockClear();
      matchesSha256(presented, stored);
      expect(timingSafeEqual.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[64, 64]]);
    }
  });

  it('does not match when one character differs', () => {
    const { token, sha256: stored } = newKey();
    const last = token.endsWith('0') ? '1' : '0';
    expect(matchesSha256(token.slice(0, -1) + last, stored)).toBe(false);
    expect(matchesSha256('', stored)).toBe(false);
  });

  it.each([
    '',
    'tlk_',
    'sk-abc',
    `tlk_${'a'.repeat(16)}_${'g'.repeat(64)}`,
    ` ${newKey().token}`,
    `${newKey().token}\n`,
  ])('is not %j', (text) => {
    expect(keyId(text)).toBeNull();
  });
});
