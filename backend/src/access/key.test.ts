import { keyId, matchesSha256, newKey, sha256 } from './key.js';

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
