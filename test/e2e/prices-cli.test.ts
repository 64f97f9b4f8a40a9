import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProduct, type ProductProcess } from '../support/product-process.js';

/** `prices …` as a person types it: a process of its own beside a running server. */
const CLI = fileURLToPath(new URL('../../backend/dist/cli.js', import.meta.url));

let folder: string;
let product: ProductProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prices-cli-'));
  product = await startProduct(join(folder, 'data'));
});
afterAll(async () => {
  await product.stop('SIGTERM');
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const prices = (...words: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], DATA_DIR: join(folder, 'data') };
    const child = execFile(process.execPath, [CLI, 'prices', ...words], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
    child.stdin?.end();
  });

const M1 = ['--provider', 'own', '--model', 'm-1'];

it('previews a price, refuses to guess without a terminal, records it with --yes and tells how to take it back', async () => {
  const set = ['set', ...M1, '--input', '3', '--output', '4', '--note', 'list price'];
  const dry = await prices(...set, '--dry-run');
  expect(dry).toMatchObject({
    code: 0,
    out: expect.stringMatching(/input 3, output 4[^]*open days[^]*A dry run/),
  });
  const unasked = await prices(...set);
  expect(unasked).toMatchObject({ code: 1, err: expect.stringMatching(/^Nothing was changed: .*--yes/) });
  expect((await prices('list', '--provider', 'own')).out).toBe('There is no such price.\n');

  const made = await prices(...set, '--yes');
  const [, id = ''] =
    /Recorded as version (\d+)\. Take it back with: .* prices withdraw \1$/m.exec(made.out) ?? [];
  expect(id).not.toBe('');
  expect((await prices('show', 'own', 'm-1')).out).toMatch(/^In force: input 3, output 4 [^]*list price/);
  await prices('withdraw', id, '--yes');
  expect((await prices('show', 'own', 'm-1')).out).toMatch(/^In force: no price \(unknown_\w+\)/);
});

it('names the option or the field that is wrong', async () => {
  const wrong = await prices('set', ...M1, '--input', 'cheap', '--yes');
  expect(wrong).toMatchObject({
    code: 1,
    err: expect.stringMatching(/prices\.input: must be a decimal string/),
  });
  const unknown = await prices('set', ...M1, '--price', 'inputs=1', '--yes');
  expect(unknown.err).toMatch(
    /^--price: "inputs=1" must be like input=2\.5; the names are input, cache_read/,
  );
  const step = await prices('set', ...M1, '--input', '1', '--tier-above', 'input=2', '--yes');
  expect(step.err).toMatch(/^--tier-above must begin with a number of tokens/);
});

const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

it('runs every example of its help and of the README', async () => {
  const { out: help } = await prices('set', '--help');
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const examples = [
    ...help.matchAll(/^ {2}prices (set .+)$/gm),
    ...readme.matchAll(/^npm run -s tokenledger -- prices ((?:show|set|expire) .+)$/gm),
  ].map(([, line = '']) => line);
  expect(examples.length).toBeGreaterThan(9);
  for (const example of new Set(examples)) {
    const asks = !example.startsWith('show');
    const ran = await prices(...words(example), ...(asks ? ['--yes'] : []));
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringContaining(asks ? 'Recorded as' : 'In force: input'),
    });
  }
});

it('imports the file of the README, shows a file’s difference before, and ends an entry', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /^```yaml\n([^]*?)^```$/m.exec(readme) ?? [];
  const file = join(folder, 'mine.yaml');
  await writeFile(file, yaml);
  const diff = await prices('diff', file);
  expect(diff).toMatchObject({ code: 0, out: expect.stringContaining('gpt-4o') });
  expect((await prices('import', file, '--yes')).out).toMatch(/Recorded/);
  expect((await prices('diff', file)).out).toMatch(/says all of that already/);
  const ended = await prices('expire', '--provider', 'vllm', '--model', '*', '--from', '2026-11-01', '--yes');
  expect(ended.out).toMatch(/ended +- +- +vllm[^]*Recorded as version/);
  expect((await prices('import', join(folder, 'none.yaml'))).err).toMatch(
    /none\.yaml cannot be read: ENOENT/,
  );
});
