import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from './config.js';
import { SECRET_FILES, SECRETS } from './config-secret-files.js';

const folder = mkdtempSync(join(tmpdir(), 'tokenledger-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const VALUES: Readonly<Record<(typeof SECRETS)[number], string>> = {
  DATABASE_URL: 'postgres://tokenledger:hunter2@db/tokenledger',
  TOKENLEDGER_ADMIN_KEY: 'a'.repeat(32),
  GRAFANA_KEY: 'b'.repeat(64),
  INGEST_KEY: 'c'.repeat(64),
  READER_PASSWORD: 'r'.repeat(32),
};

it.each(SECRETS)('%s is read from a file as from the environment', (name) => {
  const path = file(name, `${VALUES[name]}\n`);
  expect(readConfig({ [`${name}_FILE`]: path })).toEqual(readConfig({ [name]: VALUES[name] }));
  // Compose hands on unset variables as empty ones.
  expect(readConfig({ [`${name}_FILE`]: path, [name]: '' })).toEqual(readConfig({ [name]: VALUES[name] }));
});

it('every setting that the list does not call a secret has a value that may be shown', () => {
  const { adminKey, configuredKeys, databaseUrl, readerPassword, ...others } = readConfig(VALUES);
  expect(
    [adminKey, configuredKeys.grafana, configuredKeys.ingest, databaseUrl, readerPassword].sort(),
  ).toEqual(Object.values(VALUES).sort());
  for (const value of Object.values(VALUES)) expect(JSON.stringify(others)).not.toContain(value);
});

it('says what is wrong with a file, all at once, and nothing of its content', () => {
  const problems = problemsOf({
    DATABASE_URL_FILE: join(folder, 'none'),
    TOKENLEDGER_ADMIN_KEY_FILE: file('empty', ' \n'),
    GRAFANA_KEY_FILE: folder,
    INGEST_KEY_FILE: file('short', 'hunter2'),
  });
  expect(problems).toEqual([
    `DATABASE_URL_FILE is ${join(folder, 'none')}, but there is no such file.`,
    `TOKENLEDGER_ADMIN_KEY_FILE is ${join(folder, 'empty')}, but this file is empty.`,
    `GRAFANA_KEY_FILE is ${folder}, but it cannot be read (EISDIR).`,
    expect.stringMatching(/^INGEST_KEY must be 64 hexadecimal digits/),
  ]);
  expect(problems.join()).not.toContain('hunter2');
});

it('says that a file may not be read', () => {
  const path = file('locked', 'x');
  chmodSync(path, 0);
  // The superuser could.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    expect(problemsOf({ GRAFANA_KEY_FILE: path })).toEqual([expect.stringContaining('may not read it')]);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

it('takes a value or a file, not both', () => {
  const both = { GRAFANA_KEY: 'd'.repeat(64), GRAFANA_KEY_FILE: file('other', 'e'.repeat(64)) };
  expect(problemsOf(both)).toEqual(['GRAFANA_KEY and GRAFANA_KEY_FILE are both set: unset one of them.']);
});

it('does not warn of a file as of a misspelt setting', () => {
  expect(SECRET_FILES).toContain('TOKENLEDGER_ADMIN_KEY_FILE');
  const path = file('admin', 'f'.repeat(40));
  expect(readConfig({ TOKENLEDGER_ADMIN_KEY_FILE: path }).warnings).toEqual([]);
});
