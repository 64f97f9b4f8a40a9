import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { billable, outcome } from '../../../test/support/billable-call.js';
import { insertEvents, pendingCost, storedEvent } from '../../../test/support/events.js';
import { openTestDb } from '../../../test/support/database.js';
import { openProduct } from '../../../test/support/product.js';
import type { Product } from '../../../test/support/product.js';
import type { Db } from '../db/db.js';
import { priceUsage } from '../pricing/price-usage.js';
import { readCatalogue } from './catalogue.js';
import { createPriceBookService } from './price-book.js';
import type { PriceBookService } from './price-book.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;

interface Change {
  dry_run: boolean;
  changes: {
    change: string;
    id: string | null;
    price: Record<string, unknown> & {
      meters: Record<string, { price: string; tiers?: unknown }>;
      names: string[];
    };
    before: {
      price: { source: string; meters: Record<string, { price: string }> };
      multiplier: string;
    } | null;
  }[];
  warnings: string[];
  preview: {
    open_days: { newly_priced: { calls: number; cost_usd: string } };
  } | null;
}
interface Wrong {
  detail: string;
  code: string;
  errors: { field: string; message: string }[];
}
interface Timeline {
  in_force: { price: { id: string; source: string; note: string | null }; multiplier: string } | null;
  pending_reason: string | null;
  versions: {
    state: string;
    price: { id: string; source: string; author: string | null; note: string | null };
  }[];
}

let db: Db;
let product: Product;
let folder: string;
let file: string;
beforeAll(async () => {
  db = await openTestDb();
  folder = await mkdtemp(join(tmpdir(), 'prices-'));
  file = join(folder, 'prices.yaml');
  await writeFile(file, 'prices: []');
  product = await openProduct({ PRICES_FILE: file }, db);
  await db.query(sql`create table catalogue_alone as table price_versions`);
});
// The catalogue is put back as it was: to read it anew for each test takes seconds. Ids go on, so the book is seen to have changed.
beforeEach(async () => {
  await writeFile(file, 'prices: []');
  await db.query(sql`truncate price_versions, usage_events`);
  await db.query(
    sql`insert into price_versions overriding system value select * from catalogue_alone order by id`,
  );
});
afterAll(async () => {
  await product.stop();
  await db.close();
  await rm(folder, { recursive: true });
});

const post = async (path: string, body: object): Promise<Change> => {
  const answer = await product.call<Change>('POST', `/api/v1/prices${path}`, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};
const refused = async (path: string, body: object, key?: string): Promise<Wrong & { status: number }> => {
  const { status, body: wrong } = await product.call<Wrong>('POST', `/api/v1/prices${path}`, body, key);
  return { ...wrong, status };
};
const set = (body: object): Promise<Change> => post('', body);
const ofModel = async (query: Record<string, string>): Promise<Timeline> =>
  (await product.call<Timeline>('GET', `/api/v1/prices/model?${new URLSearchParams(query).toString()}`)).body;
const count = async (): Promise<number> =>
  Number((await db.query<{ n: string }>(sql`select count(*) as n from price_versions`)).rows[0]?.n);

/** Another process over the same database, and what a call of a million input tokens costs there. */
let other: PriceBookService | undefined;
const replica = (): PriceBookService =>
  (other ??= createPriceBookService({ db, readCatalogue, pricesFile: file, now: () => Date.now() }));
async function cost(
  provider: string,
  model: string,
  more: { orgId?: string; serviceTier?: string; at?: number } = {},
): Promise<string> {
  const prices = replica();
  await prices.load();
  const { at = NOW, ...call } = more;
  const tokens = { input_tokens: 1_000_000, output_tokens: 0 };
  return outcome(priceUsage(billable(provider, model, tokens, call), at, prices.current()));
}

const MINE = { provider: 'own', model: 'm-1', prices: { input: '3', output: '4' } };
const GPT = { provider: 'openai', model: 'gpt-4o' };

describe('setting a price', () => {
  it('records it with author and note, for calls of the past too', async () => {
    const { changes, dry_run: dryRun, preview } = await set({ ...MINE, note: 'list of November' });
    expect({ dryRun, preview }).toEqual({ dryRun: false, preview: null });
    expect(changes).toMatchObject([
      {
        change: 'added',
        price: { author: 'admin-key', note: 'list of November', by_hand: true, effective_from: null },
      },
    ]);
    expect(await cost('own', 'm-1', { at: NOW - 300 * DAY_MS })).toBe('3 exact');
    const { prices } = (await product.call<{ prices: object[] }>('GET', '/api/v1/prices?provider=own')).body;
    expect(prices).toMatchObject([{ id: changes[0]?.id, author: 'admin-key', note: 'list of November' }]);
  });

  it('holds from the exact millisecond of effective_from', async () => {
    await set({
      ...GPT,
      prices: { input: '1', output: '1' },
      effective_from: '2026-11-01T10:00:00.250+02:00',
    });
    const at = Date.parse('2026-11-01T08:00:00.250Z');
    expect(await cost('openai', 'gpt-4o', { at: at - 1 })).toBe('2.5 exact');
    expect(await cost('openai', 'gpt-4o', { at })).toBe('1 exact');
  });

  it('takes tiers, units, a service tier, a contract, an alias, a discount and a free provider', async () => {
    await set({
      provider: 'own',
      model: 'long',
      prices: { input: '1', output: '1' },
      tiers: [{ above: 200000, prices: { input: '2' } }],
      per_unit: { request: '0.5' },
    });
    await set({ ...GPT, service_tier: 'batch', multiplier: '0.5' });
    await set({ ...GPT, org_id: 'acme', prices: { input: '2', output: '8' } });
    await set({ provider: 'azure', model: 'my-gpt4o-prod', same_as: { model: 'gpt-4o' } });
    await set({ provider: 'vllm', model: '*', free: true });
    expect(await cost('own', 'long')).toBe('2.5 exact');
    expect(await cost('openai', 'gpt-4o', { serviceTier: 'batch' })).toBe('1.25 exact');
    expect(await cost('openai', 'gpt-4o', { orgId: 'acme' })).toBe('2 exact');
    expect(await cost('openai', 'gpt-4o', { orgId: 'globex' })).toBe('2.5 exact');
    expect(await cost('azure', 'my-gpt4o-prod')).toBe('2.5 exact');
    expect(await cost('vllm', 'whatever-70b')).toBe('0 exact');
  });

  it('prices one region of Bedrock by every name of the model', async () => {
    const model = 'anthropic.claude-haiku-4-5-20251001-v1:0';
    await set({ provider: 'bedrock', model, region: 'eu', prices: { input: '7', output: '1' } });
    expect(await cost('aws', `eu.${model}`)).toBe('7 exact');
    expect(await cost('aws', 'eu.anthropic.claude-haiku-4-5-20251001')).toBe('7 exact');
    expect(await cost('aws', `us.${model}`)).toBe('1.1 exact');
    expect(await cost('aws', `global.${model}`)).toBe('1 exact');
  });

  it('keeps every decimal of a price, in the database and in the answer', async () => {
    const decimals = fc.tuple(fc.nat(999_999_999), fc.stringMatching(/^\d{0,11}[1-9]$/));
    await fc.assert(
      fc.asyncProperty(decimals, async ([whole, fraction]) => {
        const text = `${whole}.${fraction}`;
        const { changes } = await set({
          provider: 'own',
          model: `m-${text}`,
          prices: { input: text, output: '0' },
        });
        expect(changes[0]?.price.meters['input_uncached']?.price).toBe(text);
        const { versions } = await ofModel({ provider: 'own', model: `m-${text}` });
        expect(versions[0]?.price).toMatchObject({ meters: { input_uncached: { price: text } } });
      }),
      { numRuns: 6 },
    );
  });

  it('adds nothing the second time, and replaces at the same date without losing the first', async () => {
    await set(MINE);
    const before = await count();
    expect((await set({ ...MINE, note: 'again' })).changes).toEqual([]);
    expect(await count()).toBe(before);
    const { changes } = await set({ ...MINE, model: 'M-1', prices: { input: '5', output: '4' } });
    expect(changes).toMatchObject([
      {
        change: 'changed',
        price: { model: 'm-1' },
        before: { price: { meters: { input_uncached: { price: '3' } } } },
      },
    ]);
    expect(await cost('own', 'm-1')).toBe('5 exact');
    const { versions } = await ofModel({ provider: 'own', model: 'm-1' });
    expect(versions.map(({ state }) => state)).toEqual(['replaced', 'in_force']);
  });

  it.each<[string, object, string, RegExp]>([
    [
      'a float',
      { ...GPT, prices: { input: 2.5 } },
      'prices.input',
      /decimal string like "2\.5".*a JSON number is a float/,
    ],
    ['a float multiplier', { ...GPT, multiplier: 0.85 }, 'multiplier', /decimal string/],
    [
      'a negative price',
      { ...GPT, prices: { input: '-1' } },
      'prices.input',
      /from 0 with at most 12 decimals/,
    ],
    ['13 decimals', { ...GPT, prices: { input: '0.1234567890123' } }, 'prices.input', /at most 12 decimals/],
    ['an unknown meter', { ...GPT, prices: { inputs: '1' } }, 'prices.inputs', /Unknown field/],
    ['no price', GPT, 'prices', /exactly one of/],
    ['two kinds of price', { ...GPT, free: true, multiplier: '1' }, 'prices', /exactly one of/],
    ['a wrong date', { ...GPT, free: true, effective_from: '2026-02-30' }, 'effective_from', /2026-01-01/],
    [
      'a date before 1970',
      { ...GPT, free: true, effective_from: '0001-01-01' },
      'effective_from',
      /before 1970/,
    ],
    [
      'a step of nothing',
      { ...GPT, prices: { input: '1' }, tiers: [{ above: 1, prices: { output: '1' } }] },
      'tiers[0].prices.output',
      /give prices\.output too/,
    ],
    [
      'a region of Azure',
      { provider: 'azure', model: 'gpt-4o', region: 'eu', free: true },
      'region',
      /deployment a price of its own/,
    ],
    [
      'an unknown region',
      { provider: 'aws', model: 'x', region: 'eu-central-1', free: true },
      'region',
      /us, eu, apac/,
    ],
    ['a bell', { provider: 'own', model: 'a\u0007b', free: true }, 'model', /control characters/],
  ])('refuses %s and names the field', async (_what, body, field, message) => {
    const before = await count();
    const wrong = await refused('', body);
    expect(wrong.status).toBe(400);
    expect(wrong.errors[0]).toMatchObject({ field, message: expect.stringMatching(message) });
    expect(await count()).toBe(before);
  });

  it('refuses a name that is another entry’s', async () => {
    await set({ ...MINE, aliases: ['m-one'] });
    expect(await refused('', { ...MINE, model: 'm-one' })).toMatchObject({
      status: 409,
      errors: [{ field: 'model', message: expect.stringMatching(/Set the price of "m-1"/) }],
    });
    expect(await refused('', { ...MINE, model: 'm-2', aliases: ['m-1'] })).toMatchObject({
      status: 409,
      errors: [{ field: 'aliases' }],
    });
  });

  it('is for admins, and tells a key of one organisation neither author nor note', async () => {
    const key = async (scopes: string[], orgId: string | null): Promise<string> =>
      (await product.call<{ token: string }>('POST', '/api/v1/keys', { name: 'k', scopes, org_id: orgId }))
        .body.token;
    expect(await refused('', MINE, await key(['read'], null))).toMatchObject({
      status: 403,
      code: 'missing_scope',
    });
    const { changes } = await set({ ...MINE, note: 'secret' });
    const bound = await key(['read'], 'acme');
    const { body } = await product.call<{ prices: object[] }>(
      'GET',
      '/api/v1/prices?provider=own',
      undefined,
      bound,
    );
    expect(body.prices).toMatchObject([{ id: changes[0]?.id, author: null, note: null }]);
  });
});

describe('preview', () => {
  it('says how many pending calls a price would explain, and changes nothing', async () => {
    const call = {
      provider: 'own',
      model: 'm-1',
      request_model: 'm-1',
      input_tokens: 1_000_000,
      output_tokens: 0,
    };
    const started = new Date(Date.now() - 3_600_000).toISOString();
    await insertEvents(
      db,
      [1, 2].map(() => storedEvent({ ...call, ...pendingCost(), started_at: started })),
    );
    const before = await count();
    const planned = await set({ ...MINE, dry_run: true });
    expect(planned).toMatchObject({ dry_run: true, changes: [{ change: 'added', id: null, before: null }] });
    expect(planned.preview?.open_days.newly_priced).toEqual({ calls: 2, cost_usd: '6' });
    expect(planned.warnings.join()).not.toMatch(/no call of the last 7 days/);
    expect(await count()).toBe(before);
    expect(await cost('own', 'm-1')).toBe('pending unknown_provider');
  });

  it('warns of a mistaken unit, an unknown name, the past and an alias of nothing', async () => {
    const { warnings } = await set({ ...GPT, prices: { input: '0.0000025', output: '10' }, dry_run: true });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^openai gpt-4o: reaches back: calls since the beginning of time .* a price already too$/,
      ),
      'openai gpt-4o: has no price for cache_read, web_search, storage_search, which the catalogue has: calls that use it will be pending',
      expect.stringMatching(
        /: input 0\.0000025 is 1000000 times less than the catalogue's 2\.5 \(USD per 1,000,000\)/,
      ),
      expect.stringMatching(/no call of the last 7 days/),
    ]);
    const alias = { provider: 'azure', model: 'mine', same_as: { model: 'gpt-nothing' }, dry_run: true };
    expect((await set(alias)).warnings.join()).toMatch(/gpt-nothing has no price itself .*stay pending/);
    const discount = { ...GPT, multiplier: '85', dry_run: true };
    expect((await set(discount)).warnings.join()).toMatch(/multiplier 85 is 85 times the price/);
    const future = { ...GPT, multiplier: '1', effective_from: '2099-01-01', dry_run: true };
    expect((await set(future)).warnings.join()).not.toMatch(/reaches back/);
  });
});

describe('ending and withdrawing', () => {
  it('ends an entry from the exact instant: the next source decides', async () => {
    await set({ ...GPT, prices: { input: '1', output: '1' } });
    const { changes } = await post('/expire', { ...GPT, from: '2026-11-10', note: 'contract over' });
    expect(changes).toMatchObject([{ change: 'ended', price: { ended: true, note: 'contract over' } }]);
    const at = Date.parse('2026-11-10');
    expect(await cost('openai', 'gpt-4o', { at: at - 1 })).toBe('1 exact');
    expect(await cost('openai', 'gpt-4o', { at })).toBe('2.5 exact');
    expect((await post('/expire', { ...GPT, from: '2026-11-20' })).changes).toEqual([]);
  });

  it('leaves a service tier without a price where the ended entry was its only one', async () => {
    await set({ ...GPT, service_tier: 'batch', multiplier: '0.5' });
    await post('/expire', { ...GPT, service_tier: 'batch', from: '2026-11-10' });
    expect(await cost('openai', 'gpt-4o', { serviceTier: 'batch' })).toBe('pending no_price_at_time');
    expect(await cost('openai', 'gpt-4o')).toBe('2.5 exact');
  });

  it('ends a contract on one model in favour of the same organisation’s for the provider', async () => {
    await set({ provider: 'openai', model: '*', org_id: 'acme', multiplier: '0.9' });
    await set({ ...GPT, org_id: 'acme', prices: { input: '1', output: '1' } });
    expect(await cost('openai', 'gpt-4o', { orgId: 'acme' })).toBe('1 exact');
    await post('/expire', { ...GPT, org_id: 'acme', from: '2026-11-10' });
    expect(await cost('openai', 'gpt-4o', { orgId: 'acme' })).toBe('2.25 exact');
  });

  it('says what can end when there is no such entry', async () => {
    expect(await refused('/expire', { ...GPT, from: '2026-11-10' })).toMatchObject({
      status: 404,
      errors: [
        {
          field: 'model',
          message: expect.stringMatching(
            /There is no override for openai gpt-4o .*source=override&provider=openai/,
          ),
        },
      ],
    });
    await set({ ...GPT, multiplier: '1', effective_from: '2026-11-15' });
    expect((await refused('/expire', { ...GPT, from: '2026-11-10' })).errors).toMatchObject([
      { field: 'from' },
    ]);
  });

  it('falls back to what held before, when a version is withdrawn', async () => {
    await set({ ...GPT, prices: { input: '1', output: '1' } });
    const { changes } = await set({
      ...GPT,
      prices: { input: '9', output: '1' },
      effective_from: '2026-11-10',
    });
    const id = changes[0]?.id;
    expect(await cost('openai', 'gpt-4o')).toBe('9 exact');
    expect((await post('/withdraw', { id, dry_run: true })).changes).toMatchObject([{ change: 'withdrawn' }]);
    expect(await cost('openai', 'gpt-4o')).toBe('9 exact');
    await post('/withdraw', { id, note: 'typo' });
    expect(await cost('openai', 'gpt-4o')).toBe('1 exact');
    expect(await refused('/withdraw', { id })).toMatchObject({ status: 409, code: 'already_withdrawn' });
    expect(await refused('/withdraw', { id: '999999' })).toMatchObject({ status: 404 });
    expect(await refused('/withdraw', { id: '1' })).toMatchObject({ status: 409, code: 'catalogue_price' });
  });
});

describe('beside PRICES_FILE', () => {
  const inFile = (input: number): string =>
    `prices: [{ provider: openai, model: gpt-4o, per_million_tokens: { input: ${input}, output: 1 } }]`;
  const reload = (): Promise<Change> => post('/reload', {});

  it('a price recorded by hand survives a reload of a file that does not know it', async () => {
    await writeFile(file, inFile(1));
    await reload();
    await set(MINE);
    const before = await count();
    await reload();
    await replica().reload();
    expect(await count()).toBe(before);
    expect(await cost('own', 'm-1')).toBe('3 exact');
    await writeFile(file, 'prices: []');
    expect((await reload()).changes).toMatchObject([{ change: 'withdrawn', price: { model: 'gpt-4o' } }]);
    expect(await cost('openai', 'gpt-4o')).toBe('2.5 exact');
    expect(await cost('own', 'm-1')).toBe('3 exact');
  });

  it('at one entry and date the last recorded holds, and says so; withdrawn, the other does again', async () => {
    await writeFile(file, inFile(1));
    await reload();
    const { warnings, changes } = await set({ ...GPT, prices: { input: '7', output: '1' } });
    expect(warnings.join()).toMatch(/replaces version \d+ of PRICES_FILE at the same date/);
    await reload();
    expect(await cost('openai', 'gpt-4o')).toBe('7 exact');
    await writeFile(file, 'prices: []');
    await reload();
    expect(await cost('openai', 'gpt-4o')).toBe('7 exact');
    await writeFile(file, inFile(4));
    expect((await reload()).warnings.join()).toMatch(/recorded by hand by admin-key; the file's holds now/);
    expect(await cost('openai', 'gpt-4o')).toBe('4 exact');
    expect(await refused('/withdraw', { id: changes[0]?.id })).toMatchObject({
      status: 409,
      code: 'replaced',
    });
    await set({ ...GPT, prices: { input: '8', output: '1' } });
    const held = (await ofModel(GPT)).in_force?.price.id;
    expect(await cost('openai', 'gpt-4o')).toBe('8 exact');
    await post('/withdraw', { id: held });
    expect(await cost('openai', 'gpt-4o')).toBe('4 exact');
  });

  it('tells beforehand what a reload would change', async () => {
    await writeFile(file, inFile(1));
    const before = await count();
    const { body } = await product.call<Change>('GET', '/api/v1/prices/diff');
    expect(body.changes).toMatchObject([{ change: 'added', id: null, price: { model: 'gpt-4o' } }]);
    expect(await count()).toBe(before);
    await reload();
    expect((await product.call<Change>('GET', '/api/v1/prices/diff')).body.changes).toEqual([]);
  });

  it('imports a file by hand: adds and changes, takes nothing back, and survives a reload', async () => {
    const text = `prices:\n  - { provider: own, model: a, per_million_tokens: { input: 1, output: 1 }, note: of a }\n  - { provider: own, model: b, free: true }`;
    const first = await post('/import', { text, note: 'of the file', dry_run: true });
    expect(first.changes.map(({ price }) => price['note'])).toEqual(['of a', 'of the file']);
    expect(await cost('own', 'a')).toBe('pending unknown_provider');
    await post('/import', { text });
    expect((await post('/import', { text })).changes).toEqual([]);
    const { changes } = await post('/import', { text: 'prices: [{ provider: own, model: a, free: true }]' });
    expect(changes).toMatchObject([{ change: 'changed' }]);
    await reload();
    expect([await cost('own', 'a'), await cost('own', 'b')]).toEqual(['0 exact', '0 exact']);
    expect(await refused('/import', { text: 'prices: [{ provider: own }]' })).toMatchObject({
      status: 422,
      errors: [{ field: 'prices[0].model', message: expect.stringMatching(/^line 1: /) }],
    });
  });
});

describe('the prices of one model', () => {
  it('lists every version with what it does, and tells which is in force', async () => {
    await set({ ...GPT, prices: { input: '1', output: '1' }, note: 'old' });
    await set({ ...GPT, prices: { input: '2', output: '1' }, effective_from: '2026-11-10' });
    await set({ ...GPT, prices: { input: '3', output: '1' }, effective_from: '2099-01-01' });
    await set({ ...GPT, org_id: 'acme', multiplier: '0.5' });
    await set({ ...GPT, org_id: 'globex', multiplier: '0.1' });
    const name = { provider: 'openai', model: 'gpt-4o-2024-11-20' };
    const team = await ofModel(name);
    expect(team.in_force).toMatchObject({ multiplier: '1', price: { source: 'override' } });
    expect(team.versions.map(({ state, price }) => `${price.source} ${state}`)).toEqual([
      'contract behind',
      'contract behind',
      'override behind',
      'override in_force',
      'override scheduled',
      'catalogue behind',
    ]);
    const acme = await ofModel({ ...name, org_id: 'acme' });
    expect(acme.in_force).toMatchObject({ multiplier: '0.5' });
    expect(acme.versions.map(({ state, price }) => `${price.source} ${state}`)).toEqual([
      'contract in_force',
      'override behind',
      'override in_force',
      'override scheduled',
      'catalogue behind',
    ]);
    const then = await ofModel({ ...name, at: '2026-11-09T23:59:59.999Z' });
    expect(then.in_force?.price.note).toBe('old');
  });

  it('says why there is no price', async () => {
    expect(await ofModel({ provider: 'own', model: 'none' })).toEqual({
      in_force: null,
      pending_reason: 'unknown_provider',
      versions: [],
    });
  });
});
