import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../backend/src/config.js';
import { dataSourcesFile } from '../scripts/stack/data-sources.mjs';
import { prepareStack } from '../scripts/stack/prepare.mjs';
import { keepSecrets, SECRETS } from '../scripts/stack/secrets.mjs';
import { sqlAddress } from '../scripts/stack/sql-address.mjs';

const START_STEP = fileURLToPath(new URL('../scripts/stack/start-step.mjs', import.meta.url));
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tokenledger-stack-'));
  folders.push(folder);
  return folder;
}

/** Every file below a folder: path, mode, content. */
function filesOf(folder: string): Record<string, { mode: string; content: string }> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const mode = (statSync(path).mode & 0o777).toString(8);
        return [path.slice(folder.length + 1), { mode, content: readFileSync(path, 'utf8') }] as const;
      })
      .sort(([one], [other]) => one.localeCompare(other)),
  );
}

const startStep = (folder: string, env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [START_STEP], {
    env: { PATH: process.env['PATH'], STACK_FOLDER: folder, ...env },
    encoding: 'utf8',
  });

describe('the secrets', () => {
  it('are made once, each another, and never replaced', () => {
    const folder = newFolder();
    const made = keepSecrets(folder);
    expect(Object.keys(made)).toEqual([...SECRETS]);
    expect(new Set(Object.values(made)).size).toBe(SECRETS.length);
    for (const secret of Object.values(made)) expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(keepSecrets(folder)).toEqual(made);
  });

  it('that are missing are made beside those that are there', () => {
    const folder = newFolder();
    const made = keepSecrets(folder);
    rmSync(join(folder, 'ingest-key'));
    const again = keepSecrets(folder);
    expect({ ...again, 'ingest-key': '' }).toEqual({ ...made, 'ingest-key': '' });
    expect(again['ingest-key']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('begin with a value that is given, and keep it', () => {
    const folder = newFolder();
    expect(keepSecrets(folder, { 'database-password': 'of before' })['database-password']).toBe('of before');
    expect(keepSecrets(folder)['database-password']).toBe('of before');
    expect(() => keepSecrets(folder, { 'database-password': 'another' })).toThrow(
      /database-password holds another value than the environment gives/,
    );
  });

  it('are not made anew where a file is empty: a database may have been made with what it held', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'grafana-secret-key'), '');
    expect(() => keepSecrets(folder)).toThrow(/grafana-secret-key is empty/);
  });

  it('are the same for all that start at once', async () => {
    const folder = newFolder();
    const module = new URL('../scripts/stack/secrets.mjs', import.meta.url).href;
    const script = `import { keepSecrets } from ${JSON.stringify(module)}; console.log(JSON.stringify(keepSecrets(process.argv[1])));`;
    const { spawn } = await import('node:child_process');
    const told = await Promise.all(
      Array.from({ length: 6 }, () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', script, join(folder, 'new')]);
        let text = '';
        child.stdout.on('data', (part) => (text += String(part)));
        return new Promise<string>((resolve) => child.on('close', () => resolve(text)));
      }),
    );
    expect(new Set(told).size).toBe(1);
    expect(Object.keys(JSON.parse(told[0] ?? '') as object)).toEqual([...SECRETS]);
    expect(readdirSync(join(folder, 'new')).sort()).toEqual([...SECRETS].sort());
  });
});

describe('the start step', () => {
  it('hands each part what it needs, and no more', () => {
    const folder = newFolder();
    expect(startStep(folder)).toMatchObject({ status: 0, stderr: '' });
    const files = filesOf(folder);
    const of = (part: string) => Object.keys(files).filter((path) => path.startsWith(`${part}/`));
    expect(of('for/database')).toEqual(['for/database/database-password']);
    expect(of('for/collector')).toEqual(['for/collector/ingest-key']);
    expect(of('for/backend').map((path) => path.slice(12))).toEqual([
      'admin-key',
      'database-url',
      'grafana-key',
      'ingest-key',
      'reader-password',
    ]);
    expect(of('for/grafana').map((path) => path.slice(12))).toEqual([
      'datasources/tokenledger.yaml',
      'grafana-admin-password',
      'grafana-key',
      'grafana-secret-key',
      'reader-password',
    ]);
    expect(of('secrets')).toHaveLength(SECRETS.length);
    for (const path of of('secrets')) expect([path, files[path]?.mode]).toEqual([path, '400']);
    for (const path of of('for')) expect([path, files[path]?.mode]).toEqual([path, '440']);
    expect((statSync(join(folder, 'secrets')).mode & 0o777).toString(8)).toBe('700');
  });

  it('changes nothing when it is run again, and prints no secret', () => {
    const folder = newFolder();
    const first = startStep(folder);
    const made = filesOf(folder);
    const again = startStep(folder);
    expect(again.status).toBe(0);
    expect(filesOf(folder)).toEqual(made);
    for (const name of SECRETS)
      expect(first.stdout + again.stdout).not.toContain(made[`secrets/${name}`]?.content.trim());
    expect(first.stdout).toContain('docker compose exec grafana cat /run/tokenledger/grafana-admin-password');
  });

  it('puts back what a part has lost', () => {
    const folder = newFolder();
    startStep(folder);
    const made = filesOf(folder);
    rmSync(join(folder, 'for'), { recursive: true });
    startStep(folder);
    expect(filesOf(folder)).toEqual(made);
  });

  it('keeps the password of a database from before it, and stops where the environment says another later', () => {
    const folder = newFolder();
    startStep(folder, { POSTGRES_PASSWORD: 'p@ss/word' });
    const url = readFileSync(join(folder, 'for/backend/database-url'), 'utf8');
    expect(url).toBe('postgres://tokenledger:p%40ss%2Fword@timescaledb:5432/tokenledger');
    const wrong = startStep(folder, { POSTGRES_PASSWORD: 'hunter2' });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/^The stack cannot start: .*database-password holds another value/);
    expect(wrong.stderr + wrong.stdout).not.toMatch(/hunter2|p@ss/);
  });

  it('makes what the backend takes as its settings', () => {
    const folder = newFolder();
    startStep(folder);
    const of = (name: string) => join(folder, 'for/backend', name);
    const config = readConfig({
      DATABASE_URL_FILE: of('database-url'),
      TOKENLEDGER_ADMIN_KEY_FILE: of('admin-key'),
      INGEST_KEY_FILE: of('ingest-key'),
      GRAFANA_KEY_FILE: of('grafana-key'),
    });
    expect(new URL(config.databaseUrl ?? '').host).toBe('timescaledb:5432');
    expect(config.configuredKeys.grafana).toBe(readFileSync(join(folder, 'for/grafana/grafana-key'), 'utf8'));
    expect(config.configuredKeys.ingest).toBe(readFileSync(join(folder, 'for/collector/ingest-key'), 'utf8'));
  });

  it('makes no database-url for a database that is not its own', () => {
    const root = newFolder();
    prepareStack({ root, backendUrl: 'http://127.0.0.1:4318', sql: null, database: null });
    expect(Object.keys(filesOf(root))).not.toContain('for/backend/database-url');
  });
});

describe('the data sources', () => {
  const options = {
    url: 'http://backend:4318',
    keyFile: '/run/tokenledger/grafana-key',
    sql: {
      address: 'timescaledb:5432',
      database: 'tokenledger',
      sslmode: 'disable',
      passwordFile: '/run/tokenledger/reader-password',
    },
  };
  type File = { datasources: { uid: string; editable: boolean; secureJsonData: Record<string, string> }[] };
  const parsed = (text: string) => JSON.parse(text) as File;

  it('are two, read only, and their secrets stay in files', () => {
    const { datasources } = parsed(dataSourcesFile(options));
    expect(datasources.map(({ uid, editable }) => [uid, editable])).toEqual([
      ['tokenledger', false],
      ['tokenledger-sql', false],
    ]);
    for (const { secureJsonData } of datasources)
      for (const value of Object.values(secureJsonData))
        expect(value).toMatch(/^\$__file\{\/run\/tokenledger\/[\w-]+\}$/);
  });

  it('hold no variable that could be unset when Grafana starts', () => {
    expect(dataSourcesFile(options).replaceAll('$__file{', '')).not.toContain('$');
  });

  it('are one where nothing serves the reporting views', () => {
    expect(parsed(dataSourcesFile({ ...options, sql: null })).datasources).toHaveLength(1);
  });

  it.each([
    [{}, { address: '127.0.0.1:5433', database: 'tokenledger', sslmode: 'disable' }],
    [
      { EMBEDDED_PG_PORT: '6000' },
      { address: '127.0.0.1:6000', database: 'tokenledger', sslmode: 'disable' },
    ],
    [{ EMBEDDED_PG_PORT: '0' }, null],
    [
      { DATABASE_URL: 'postgres://u:hunter2@db.example.com/costs?sslmode=require' },
      { address: 'db.example.com:5432', database: 'costs', sslmode: 'require' },
    ],
  ])('read the views where %j says', (env, expected) => {
    expect(sqlAddress(env)).toEqual(expected);
  });
});
