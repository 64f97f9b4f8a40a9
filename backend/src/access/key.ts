import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new key: `token` is shown once, `id` and `sha256` are stored. */
export interface NewKey {
  readonly id: string;
  readonly token: string;
  readonly sha256: string;
}

const TOKEN = /^tlk_([0-9a-f]{16})_[0-9a-f]{64}$/;

/** `tlk_<id>_<secret>` with a secret of 256 random bits; hexadecimal, so that a double click selects all of it. */
export function newKey(): NewKey {
  const id = randomBytes(8).toString('hex');
  const token = `tlk_${id}_${randomBytes(32).toString('hex')}`;
  return { id, token, sha256: sha256(token) };
}

/** The id in a token, or null when the text is not of our form. */
export function keyId(token: string): string | null {
  return TOKEN.exec(token)?.[1] ?? null;
}

/**
 * SHA-256 as hexadecimal text. No salt and no slow hash: they protect secrets that people choose, and nobody guesses
 * 256 random bits. Every request pays for this.
 */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compares a presented secret with a stored hash in a time that tells nothing about either. */
export function matchesSha256(secret: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(secret)), Buffer.from(expected));
}
