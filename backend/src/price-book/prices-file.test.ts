import { billable, outcome } from '../../../test/support/billable-call.js';
import { createPriceBook } from '../pricing/price-book.js';
import { priceUsage } from '../pricing/price-usage.js';
import type { BillableCall } from '../pricing/price-usage.js';
import type { PriceVersionDraft } from '../pricing/price-version.js';
import { readCatalogue } from './catalogue.js';
import { catalogueDrafts } from './import-catalogue.js';
import { fileDrafts } from './import-file.js';
import { parsePricesFile, PricesFileProblem } from './prices-file.js';

const AT = Date.parse('2026-11-22T12:00:00Z');
const catalogue = catalogueDrafts(await readCatalogue(), [], AT);

/** Imports the files one after the other beside the catalogue. */
function imported(...files: readonly string[]) {
  const stored: PriceVersionDraft[] = [];
  const added = files.map((text, index) => {
    const drafts = fileDrafts(parsePricesFile('prices.yaml', text), `hash-${index}`, stored, AT + index);
    stored.push(...drafts);
    return drafts.length;
  });
  const book = createPriceBook(
    [...catalogue, ...stored].map((draft, index) => ({ ...draft, id: `${index + 1}` })),
  );
  const cost = (provider: string, model: string, more: Partial<BillableCall> = {}, at = AT): string =>
    outcome(
      priceUsage(billable(provider, model, { input_tokens: 1_000_000, output_tokens: 0 }, more), at, book),
    );
  return { added, cost };
}

describe('prices file', () => {
  it('reads overrides, contracts, aliases, tiers, discounts and free providers', () => {
    const { cost } = imported(`
prices:
  - provider: vllm
    model: '*'
    free: true
  - provider: azure
    model: my-gpt4o-prod
    aliases: [my-gpt4o-test]
    same_as: { model: gpt-4o }
  - provider: openai
    model: '*'
    service_tier: batch
    multiplier: 0.5
  - org_id: acme
    provider: openai
    model: gpt-4o
    effective_from: 2026-01-01
    per_million_tokens: { input: '2.25', cache_read: 1.125, output: 9 }
    per_unit: { web_search: 0.008 }
  - org_id: globex
    provider: bedrock
    model: '*'
    multiplier: '0.9'
  - provider: own
    model: long
    per_million_tokens: { input: { price: 1, tiers: [{ above: 200000, price: 2 }] }, output: 1 }
`);
    expect(cost('vllm', 'whatever-70b')).toBe('0 exact');
    expect(cost('azure', 'my-gpt4o-prod')).toBe('2.5 exact');
    expect(cost('azure', 'my-gpt4o-test')).toBe('2.5 exact');
    expect(cost('openai', 'gpt-4o', { serviceTier: 'batch' })).toBe('1.25 exact');
    expect(cost('openai', 'gpt-4o', { serviceTier: 'flex' })).toBe('pending no_price_for_tier');
    expect(cost('openai', 'gpt-4o-2024-11-20', { orgId: 'acme' })).toBe('2.25 exact');
    expect(cost('openai', 'gpt-4o-2024-05-13', { orgId: 'acme' })).toBe('5 exact');
    expect(cost('openai', 'gpt-4o', { orgId: 'acme' }, Date.parse('2025-12-31T23:59:59Z'))).toBe(
      '2.5 estimated',
    );
    expect(cost('aws', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', { orgId: 'globex' })).toBe(
      '0.99 exact',
    );
    expect(cost('own', 'long')).toBe('2 exact');
  });
  it('reads the same from JSON', () => {
    const json = JSON.stringify(
      { prices: [{ provider: 'own', model: 'm', per_million_tokens: { input: 3, output: '4' } }] },
      null,
      '\t',
    );
    expect(imported(json).cost('own', 'm')).toBe('3 exact');
  });
  it.each(['', 'prices: []', '# nothing yet'])('may be empty: %j', (text) => {
    expect(imported(text).added).toEqual([0]);
  });
});

describe('import of a prices file', () => {
  const entry = (model: string, input: number, more = ''): string =>
    `  - { provider: own, model: ${model}, per_million_tokens: { input: ${input}, output: 1 }${more} }\n`;
  it('adds nothing for the same entries, one version for a changed one', () => {
    const file = `prices:\n${entry('a', 1)}${entry('b', 2)}`;
    const { added, cost } = imported(
      file,
      `# a comment\n${file}`,
      `prices:\n${entry('a', 1)}${entry('b', 3)}`,
    );
    expect(added).toEqual([2, 0, 1]);
    expect([cost('own', 'a'), cost('own', 'b')]).toEqual(['1 exact', '3 exact']);
  });
  it('takes back an entry that has gone from the file, and gives it again when it returns', () => {
    const both = `prices:\n${entry('a', 1)}${entry('b', 2)}`;
    const one = `prices:\n${entry('a', 1)}`;
    const gone = imported(both, one, one);
    expect(gone.added).toEqual([2, 1, 0]);
    expect(gone.cost('own', 'b')).toBe('pending unknown_model');
    const back = imported(both, one, both);
    expect(back.added).toEqual([2, 1, 1]);
    expect(back.cost('own', 'b')).toBe('2 exact');
  });
  it('takes back an alias that has gone', () => {
    const { cost } = imported(`prices:\n${entry('a', 1, ', aliases: [z]')}`, `prices:\n${entry('a', 1)}`);
    expect(cost('own', 'z')).toBe('pending unknown_model');
  });
  it('hands a model back to the catalogue from a date on', () => {
    const gpt = '{ provider: openai, model: gpt-4o';
    const { cost } = imported(`prices:
  - ${gpt}, per_million_tokens: { input: 1, output: 1 } }
  - ${gpt}, effective_from: 2026-11-01, multiplier: 1 }
`);
    expect(cost('openai', 'gpt-4o', {}, Date.parse('2026-10-31T23:59:59Z'))).toBe('1 exact');
    expect(cost('openai', 'gpt-4o', {}, Date.parse('2026-11-01T00:00:00Z'))).toBe('2.5 exact');
  });
});

describe('errors', () => {
  const errors = (text: string): readonly string[] => {
    try {
      parsePricesFile('prices.yaml', text);
    } catch (error) {
      if (error instanceof PricesFileProblem)
        return error.errors.map(({ path, line, message }) => `${line} ${path}: ${message}`);
      throw error;
    }
    return [];
  };
  const one = (fields: string): readonly string[] =>
    errors(`prices:\n  - provider: p\n    model: m\n${fields}`);
  it.each<[string, string, RegExp]>([
    ['no price', '', /^2 prices\[0\]: must have prices \(per_million_tokens: \{ input: 2\.5/],
    [
      'two kinds of price',
      '    free: true\n    multiplier: 1',
      /^2 prices\[0\]: must have prices .* exactly one of the three$/,
    ],
    [
      'a negative price',
      '    per_unit: { page: -1 }',
      /^4 prices\[0\]\.per_unit\.page: must be a decimal .* like 2\.5 \(it is -1\)$/,
    ],
    [
      'a price in words',
      '    per_million_tokens: { input: cheap }',
      /^4 prices\[0\]\.per_million_tokens\.input: must be a decimal .*like 2\.5.*\(it is "cheap"\)$/,
    ],
    ['13 decimals', "    per_unit: { page: '0.0000000000001' }", /at most 12 decimals/],
    [
      'an unknown meter',
      '    per_million_tokens: { inputs: 1 }',
      /^4 prices\[0\]\.per_million_tokens\.inputs: is not a field/,
    ],
    [
      'a wrong date',
      '    free: true\n    effective_from: 2026-02-30',
      /^5 prices\[0\]\.effective_from: must be a date like 2026-01-01 .*\(it is "2026-02-30"\)$/,
    ],
    [
      'a date in another order',
      '    free: true\n    effective_from: 01.02.2026',
      /must be a date like 2026-01-01/,
    ],
    ['free: false', '    free: false', /^4 prices\[0\]\.free: must be true, or left out \(it is false\)$/],
  ])('names %s', (_what, fields, message) => {
    expect(one(fields)[0]).toMatch(message);
  });
  it('names what is not a prices file at all', () => {
    expect(errors('- a\n- b')[0]).toMatch(/^1 file: must be like: prices: \[/);
    expect(errors('prices: [')[0]).toMatch(/^\d+ file: /);
  });
  it('names both places of a repeated entry and of a name claimed twice', () => {
    const entry = '{ provider: p, model: m, free: true }';
    expect(errors(`prices:\n  - ${entry}\n  - ${entry}`)).toEqual([
      '3 prices[1]: repeats prices[0]: give it another effective_from, or remove one',
    ]);
    expect(errors(`prices:\n  - ${entry}\n  - { provider: p, model: n, aliases: [m], free: true }`)).toEqual([
      '3 prices[1]: "m" already names the model "m": a name can belong to one model only',
    ]);
  });
  it('lists all errors at once', () => {
    expect(errors('prices:\n  - { provider: p }\n  - { model: m }').length).toBeGreaterThan(1);
  });
});
