import { billable, bookOf, metersOf, outcome } from '../../../test/support/billable-call.js';
import type { PriceBook } from './price-book.js';
import { priceUsage } from './price-usage.js';
import type { BillableCall } from './price-usage.js';
import type { PriceVersion } from './price-version.js';

const AT = Date.parse('2026-11-22T12:00:00Z');
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
/** A price whose call of a million input tokens costs `usd`. */
const costs = (usd: string): Pick<PriceVersion, 'meters'> => ({ meters: metersOf({ input_uncached: usd }) });
const call = (more: Partial<BillableCall> = {}): BillableCall =>
  billable('openai', 'gpt-x', { input_tokens: 1_000_000 }, more);
const price = (book: PriceBook, more: Partial<BillableCall> = {}, at = AT): string =>
  outcome(priceUsage(call(more), at, book));

describe('order of sources', () => {
  const book = bookOf(
    costs('3'),
    { ...costs('2'), source: 'override' },
    { ...costs('1'), source: 'contract', orgId: 'acme' },
  );
  it('takes the contract for its organisation only, then the override, then the catalogue', () => {
    expect(price(book, { orgId: 'acme' })).toBe('1 exact');
    expect(price(book, { orgId: 'other' })).toBe('2 exact');
    expect(price(bookOf(costs('3')), { orgId: 'acme' })).toBe('3 exact');
  });
  it('prefers an override on the request model to the catalogue on the response model', () => {
    const aliased = bookOf(costs('3'), { ...costs('2'), source: 'override', model: 'gpt-requested' });
    expect(price(aliased, { models: ['gpt-x', 'gpt-requested'] })).toBe('2 exact');
  });
  it('covers every catalogue name of a model by its name in the file', () => {
    const dated = { model: 'gpt-x', match: [{ kind: 'exact', model: 'gpt-x-2026-01-01' }] } as const;
    expect(
      price(bookOf({ ...costs('3'), ...dated }, { ...costs('2'), source: 'override' }), {
        models: ['gpt-x-2026-01-01'],
      }),
    ).toBe('2 exact');
  });
  it('falls through to the catalogue where the override starts later', () => {
    const later = bookOf(costs('3'), { ...costs('2'), source: 'override', effectiveFrom: day('2026-11-01') });
    expect(price(later, {}, day('2026-10-31'))).toBe('3 exact');
    expect(price(later, {}, day('2026-11-01'))).toBe('2 exact');
  });
});

describe('time', () => {
  it('takes the latest effective date that has come, from its first millisecond', () => {
    const book = bookOf(costs('10'), { ...costs('2'), effectiveFrom: day('2025-06-10') });
    expect(price(book, {}, day('2025-06-10') - 1)).toBe('10 exact');
    expect(price(book, {}, day('2025-06-10'))).toBe('2 exact');
  });
  it('takes the last recorded of two with the same effective date, whatever their order', () => {
    const old = { ...costs('1'), id: '1', recordedAt: 1 };
    const correction = { ...costs('2'), id: '2', recordedAt: 2 };
    expect(price(bookOf(old, correction))).toBe('2 exact');
    expect(price(bookOf(correction, old))).toBe('2 exact');
  });
  it('goes back to what held before, when an entry is withdrawn', () => {
    const entry = { ...costs('2'), source: 'override', effectiveFrom: day('2026-01-01') } as const;
    const book = bookOf(
      costs('3'),
      { ...entry, recordedAt: 1 },
      { ...entry, recordedAt: 2, withdrawn: true },
    );
    expect(price(book)).toBe('3 exact');
  });
});

describe('prices in terms of others', () => {
  const deployment = {
    source: 'override',
    provider: 'azure',
    model: 'my-prod',
    meters: {},
    basis: { provider: null, model: 'gpt-x', multiplier: '1' },
  } as const;
  it('prices a deployment as its model, at the list price of the vendor', () => {
    const priced = priceUsage(
      call({ provider: 'azure', models: ['my-prod'] }),
      AT,
      bookOf(costs('3'), deployment),
    );
    expect(outcome(priced)).toBe('3 exact');
    expect(priced).toMatchObject({ model: 'my-prod', priceVersionIds: ['2', '1'] });
  });
  it('takes a contract discount off whatever would hold otherwise', () => {
    const discount = {
      source: 'contract',
      orgId: 'acme',
      model: '*',
      match: [{ kind: 'any' }],
      meters: {},
      basis: { provider: null, model: null, multiplier: '0.85' },
    } as const;
    expect(price(bookOf(costs('3'), discount), { orgId: 'acme' })).toBe('2.55 exact');
    expect(
      price(bookOf(costs('3'), { ...costs('2'), source: 'override' }, discount), { orgId: 'acme' }),
    ).toBe('1.7 exact');
  });
  it('prices a tier as a multiple of the standard tier', () => {
    const batch = {
      source: 'override',
      serviceTier: 'batch',
      meters: {},
      basis: { provider: null, model: null, multiplier: '0.5' },
    } as const;
    expect(price(bookOf(costs('3'), batch), { serviceTier: 'batch' })).toBe('1.5 exact');
    expect(price(bookOf(costs('3'), batch), { serviceTier: 'flex' })).toBe('pending no_price_for_tier');
  });
  it('ends a circle of aliases as unknown', () => {
    expect(
      price(bookOf({ ...deployment, basis: { ...deployment.basis, model: 'my-prod' } }), {
        provider: 'azure',
        models: ['my-prod'],
      }),
    ).toMatch(/^pending/);
  });
});

describe('self-hosted models', () => {
  const free = {
    source: 'override',
    provider: 'vllm',
    model: '*',
    match: [{ kind: 'any' }],
    ...costs('0'),
  } as const;
  it('takes an explicit zero of a whole provider for a price', () => {
    expect(price(bookOf(free), { provider: 'vllm', models: ['llama-anything'] })).toBe('0 exact');
  });
  it('prefers a named model to the whole provider', () => {
    const named = { ...costs('7'), source: 'override', provider: 'vllm', model: 'big' } as const;
    expect(price(bookOf(free, named), { provider: 'vllm', models: ['big'] })).toBe('7 exact');
  });
  it('prices a call of no known provider by an entry for any provider', () => {
    expect(price(bookOf({ ...free, provider: '*', ...costs('4') }), { provider: null })).toBe('4 exact');
  });
});

it('answers the same whether asked before or not', () => {
  const versions = [costs('10'), { ...costs('2'), effectiveFrom: day('2025-06-10') }];
  const times = [day('2026-01-01'), day('2025-01-01'), day('2026-01-01'), day('2025-01-01')];
  const book = bookOf(...versions);
  expect(times.map((at) => price(book, {}, at))).toEqual(
    times.map((at) => price(bookOf(...versions), {}, at)),
  );
});
