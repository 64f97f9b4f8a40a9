import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const passwordFile = (dataDir: string): string => join(dataDir, 'reader-password');

/** The password of the reader port: made at the first start, readable by the owner of the data folder only. */
export function keepReaderPassword(dataDir: string): string {
  const known = readReaderPassword(dataDir);
  if (known !== null) {
    chmodSync(passwordFile(dataDir), 0o600);
    return known;
  }
  const password = randomBytes(16).toString('hex');
  writeFileSync(passwordFile(dataDir), `${password}\n`, { mode: 0o600 });
  return password;
}

/** Null: none was made yet. */
export function readReaderPassword(dataDir: string): string | null {
  try {
    const text = readFileSync(passwordFile(dataDir), 'utf8').trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}

/** Where another password holds, the one made here would only mislead. */
export function forgetReaderPassword(dataDir: string): void {
  rmSync(passwordFile(dataDir), { force: true });
}
