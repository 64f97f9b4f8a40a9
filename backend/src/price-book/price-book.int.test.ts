import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { billable, outcome } from '../../../test/support/billable-call.js';
import { openTestDb } from '../../../test/support/database.js';
import type { Caller } from '../http/caller.js';
import type { Db } from '../db/db.js';
import type { Reply } from '../http/route.js';
import { catalogueBook } from './catalogue-book.js';
import { readCatalogue } from './catalogue.js';
import type { Catalogue } from './catalogue.js';
import { createPriceBookService } from './price-book.js';
import type { PriceBookService } from './price-book.js';
import { createPriceBookRoutes } from './routes.js';
import { priceUsage } from '../pricing/price-usage.js';

const NOW = Date.parse('2026-11-22T12:00:00.123Z');
const CALL = billable('openai', 'gpt-4o', { input_tokens: 1_000_000, output_tokens: 0 });

let db: Db;
let folder: string;
let file: string;
beforeAll(async () => {
  db = await openTestDb();
  folder = await mkdtemp(join(tmpdir(), 'prices-'));
  file = join(folder, 'prices.yaml');
});
afterEach(() => db.query(sql`truncate price_versions restart identity`));
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const service = (
  pricesFile: string | null = null,
  catalogue: () => Promise<Catalogue> = readCatalogue,
): PriceBookService => createPriceBookService({ db, readCatalogue: catalogue, pricesFile, now: () => NOW });
const count = async (): Promise<number> =>
  Number((await db.query<{ n: string }>(sql`select count(*) as n from price_versions`)).rows[0]?.n);
const override = (input: number): string =>
  `prices: [{ provider: openai, model: gpt-4o, per_million_tokens: { input: ${input}, output: 1 } }]`;

describe('price book in the database', () => {
  it('gives back every version of the catalogue as it was imported', async () => {
    const prices = service();
    const added = await prices.importCatalogue();
    const memory = catalogueBook(await readCatalogue(), NOW);
    expect(added).toBe(memory.versions.length);
    expect(prices.current().versions).toEqual(memory.versions);
  });

  it('writes nothing when the same catalogue and file are read again', async () => {
    await writeFile(file, override(1));
    await service(file).reload();
    const before = await count();
    expect(await service(file).reload()).toMatchObject({ catalogueAdded: 0, fileAdded: 0 });
    expect(await count()).toBe(before);
  });

  it('imports once when two processes start at the same time', async () => {
    const catalogue = await readCatalogue();
    const small = { ...catalogue, models: catalogue.models.slice(0, 40) };
    const added = await Promise.all(
      [1, 2].map(() => service(null, () => Promise.resolve(small)).importCatalogue()),
    );
    expect(added.toSorted((a, b) => a - b)).toEqual([0, await count()]);
  });

  it('sees what another process recorded at its next load, and nothing new after that', async () => {
    const ours = service();
    await ours.importCatalogue();
    await writeFile(file, override(1));
    await service().importFile(file);
    expect(outcome(priceUsage(CALL, NOW, ours.current()))).toBe('2.5 exact');
    expect(await ours.load()).toBe(true);
    expect(outcome(priceUsage(CALL, NOW, ours.current()))).toBe('1 exact');
    expect(await ours.load()).toBe(false);
  });

  it('keeps overrides when the file is not set any more', async () => {
    await writeFile(file, override(1));
    await service(file).reload();
    const prices = service(null);
    await prices.reload();
    expect(outcome(priceUsage(CALL, NOW, prices.current()))).toBe('1 exact');
  });

  it('changes nothing for a wrong file, or one that is not there', async () => {
    await writeFile(file, override(-1));
    await expect(service(file).reload()).rejects.toThrow(
      /prices\.yaml: .*no price was changed\n.*per_million_tokens\.input/,
    );
    await expect(service(join(folder, 'none.yaml')).reload()).rejects.toThrow(/cannot be read \(ENOENT\)/);
    expect(await count()).toBe(0);
  });

  it('is append-only', async () => {
    await writeFile(file, override(1));
    await service().importFile(file);
    await expect(db.query(sql`update price_versions set refused = 'x'`)).rejects.toThrow(/append-only/);
    await expect(db.query(sql`delete from price_versions`)).rejects.toThrow(/append-only/);
  });

  it('must be loaded before it is used', () => {
    expect(() => service().current()).toThrow(/load\(\) first/);
  });
});

describe('routes', () => {
  const caller = (orgId: string | null): Caller => ({
    scopes: new Set(['read']),
    orgId,
    realm: 'team',
    name: 'test',
    audience: orgId === null ? 'team' : 'customer',
    role: null,
  });
  type Page = {
    prices: { id: string; names: string[]; org_id: string | null; effective_from: string | null }[];
    next_cursor: string | null;
  };
  const ask = async (
    method: 'get' | 'post',
    query: object = {},
    orgId: string | null = null,
    onChange = (): void => undefined,
  ): Promise<Reply> => {
    const preview = (): never => {
      throw new Error('nothing here is previewed');
    };
    const path = `/api/v1/prices${method === 'post' ? '/reload' : ''}`;
    const found = createPriceBookRoutes({
      ...{ db, prices: service(file), preview, onChange, now: () => NOW },
    }).find((one) => one.method === method && one.path === path);
    if (!found) throw new Error(`no ${method} route`);
    const context = {
      caller: caller(orgId),
      params: {},
      query: found.query?.parse(query),
      body: {},
      headers: {},
      signal: new AbortController().signal,
    };
    return found.handle(context as never);
  };
  const page = async (query: object, orgId: string | null = null): Promise<Page> =>
    (await ask('get', query, orgId)).body as Page;

  it('lists versions newest first, page by page, by provider, model and source', async () => {
    await service().importCatalogue();
    const all = await page({ provider: 'anthropic', limit: '1000' });
    expect(all.prices.length).toBeGreaterThan(20);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const next: Page = await page({ provider: 'anthropic', limit: '7', ...(cursor && { cursor }) });
      seen.push(...next.prices.map(({ id }) => id));
      cursor = next.next_cursor;
    } while (cursor);
    expect(seen).toEqual(all.prices.map(({ id }) => id));
    expect((await page({ model: 'gpt-4o-2024-11-20', provider: 'openai' })).prices).toMatchObject([
      { model: 'gpt-4o', effective_from: null },
    ]);
    expect((await page({ source: 'override' })).prices).toEqual([]);
  });

  it('shows an organisation its own contracts only', async () => {
    const contract = (org: string): string =>
      `{ org_id: ${org}, provider: openai, model: gpt-4o, multiplier: 0.9 }`;
    await writeFile(file, `prices: [${contract('acme')}, ${contract('globex')}]`);
    await service().importFile(file);
    expect((await page({}, 'acme')).prices.map((one) => one.org_id)).toEqual(['acme']);
    expect((await page({})).prices.length).toBe(2);
  });

  it('reloads, tells what was added, and says so once', async () => {
    let changes = 0;
    const changed = (): void => void (changes += 1);
    await writeFile(file, override(1));
    expect((await ask('post', {}, null, changed)).body).toMatchObject({
      catalogue_version: '0.1.8',
      prices_file_added: 1,
    });
    expect((await ask('post', {}, null, changed)).body).toMatchObject({
      catalogue_added: 0,
      prices_file_added: 0,
    });
    expect(changes).toBe(1);
  });

  it('answers 422 with every error of a wrong file', async () => {
    await writeFile(file, override(-1));
    await expect(ask('post')).rejects.toMatchObject({
      status: 422,
      errors: [
        { field: 'prices[0].per_million_tokens.input', message: expect.stringMatching(/^line 1: must be/) },
      ],
    });
  });
});
