import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readOptions, writeProvisioning } from '../scripts/grafana/provision.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tokenledger-provision-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const key = join(folder, 'key');
writeFileSync(key, 'hunter2\n');
writeFileSync(join(folder, 'empty'), '\n');

const needed = ['--url', 'http://127.0.0.1:4318', '--key-file', key];

it("completes another's provisioning folder and leaves what is there alone", () => {
  const to = join(folder, 'grafana');
  mkdirSync(join(to, 'dashboards', 'tokenledger'), { recursive: true });
  writeFileSync(join(to, 'dashboards', 'theirs.yaml'), 'theirs');
  writeFileSync(join(to, 'dashboards', 'tokenledger', 'gone.json'), '{}');
  const options = readOptions([...needed, '--to', to]);
  if ('help' in options) throw new Error('no help was asked for');
  writeProvisioning(options);
  const provider = parse(readFileSync(join(to, 'dashboards', 'tokenledger.yaml'), 'utf8')) as {
    providers: { options: { path: string } }[];
  };
  expect(provider.providers[0]?.options.path).toBe(join(to, 'dashboards', 'tokenledger'));
  expect(existsSync(join(to, 'dashboards', 'tokenledger', 'gone.json'))).toBe(false);
  expect(existsSync(join(to, 'plugins', 'tokenledger.yaml'))).toBe(true);
  expect(readFileSync(join(to, 'dashboards', 'theirs.yaml'), 'utf8')).toBe('theirs');
  const sources = readFileSync(join(to, 'datasources', 'tokenledger.yaml'), 'utf8');
  expect(sources).toContain(`$__file{${key}}`);
  expect(sources).not.toContain('hunter2');
});

it.each([
  ['no address', ['--key-file', key], /^--url must be/],
  ['a wrong address', ['--url', 'backend:4318', '--key-file', key], /^--url must be/],
  ['no key', needed.slice(0, 2), /^--key-file is needed/],
  [
    'a key that is not there',
    [...needed.slice(0, 3), join(folder, 'none')],
    /none cannot be read \(ENOENT\)/,
  ],
  ['a key that is empty', [...needed.slice(0, 3), join(folder, 'empty')], /empty is empty/],
  ['views without a password', [...needed, '--sql', 'db:5432'], /^--sql-password-file is needed/],
  [
    'views without a port',
    [...needed, '--sql', 'db', '--sql-password-file', key],
    /^--sql must be HOST:PORT/,
  ],
  ['an option it does not know', [...needed, '--password', 'x'], /password/],
])('refuses %s', (_what, args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
