import { perMillion, priceVersion, tokenPrices } from '../../../test/support/prices.js';
import type { PriceVersion } from '../pricing/price-version.js';
import type { Annotation } from './annotation.js';
import { priceAnnotations, type PriceChangeRequest } from './price-annotations.js';

const at = (day: number): number => Date.UTC(2026, 10, day, 9);
const NOVEMBER: PriceChangeRequest = {
  ...{ from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1) },
  ...{ providers: undefined, models: undefined, organisations: null, forCustomer: false },
};
const told = (
  versions: readonly PriceVersion[],
  change: Partial<PriceChangeRequest> = {},
): readonly Annotation[] => priceAnnotations(versions, { ...NOVEMBER, ...change });
const titles = (...given: Parameters<typeof told>): string[] => told(...given).map(({ title }) => title);

const before = priceVersion({ id: '1', source: 'override' });
const byHand = priceVersion({
  ...{ id: '2', source: 'override', sourceVersion: 'manual', byHand: true, author: 'k1', note: 'new list' },
  ...{ recordedAt: at(5), effectiveFrom: at(1), meters: tokenPrices('2', '10') },
});
const imported = (
  source: PriceVersion['source'],
  count: number,
  change: Partial<PriceVersion> = {},
): PriceVersion[] =>
  Array.from({ length: count }, (_, index) =>
    priceVersion({
      id: `${10 + index}`,
      source,
      sourceVersion: '7',
      recordedAt: at(6),
      model: `model-${index}`,
      ...change,
    }),
  );

describe('priceAnnotations', () => {
  it('tells a change by hand with the price before, from when, who and why', () => {
    expect(told([before, byHand])).toEqual([
      {
        id: 'price_change 2026-11-05T09:00:00.000Z by-hand',
        ...{ kind: 'price_change', time: at(5), timeEnd: null },
        title: 'Price of gpt-4o changed',
        text:
          'gpt-4o (openai): input uncached 2.5 → 2 USD per 1,000,000, cache read 2.5 → 2 USD per 1,000,000, from 1 Nov 2026\n' +
          'By k1: new list',
        tags: ['price_change', 'by hand'],
      },
    ]);
  });

  it('tells an import as one, however many prices it brought', () => {
    const earlier = imported('catalogue', 1, { recordedAt: at(1) - 30 * 86_400_000, model: 'first' });
    const [one, ...more] = told([...earlier, ...imported('catalogue', 30)]);
    expect(more).toEqual([]);
    expect(one?.title).toBe('Price catalogue 7: 30 prices added');
    expect(one?.text.split('\n')).toHaveLength(4);
    expect(one?.text).toMatch(/and 27 more prices$/);
    expect(titles(imported('override', 2))).toEqual(['Prices file: 2 prices added']);
  });

  it('does not call the first catalogue a change', () => {
    expect(told(imported('catalogue', 30))).toMatchObject([
      { title: 'Price catalogue 7 imported: 30 prices', text: expect.stringMatching(/^The first import/) },
    ]);
  });

  it.each([
    ['ended', { ended: true }, 'Price of gpt-4o ended', 'no price of its own any more'],
    ['taken back', { withdrawn: true }, 'Price of gpt-4o taken back', 'what was said before holds again'],
    [
      'a discount',
      { basis: { provider: null, model: null, multiplier: '0.8' }, meters: {} },
      'Price of gpt-4o changed',
      '0.8 × the price of the same model',
    ],
    [
      'a meter more',
      { meters: { ...before.meters, image: perMillion('3') } as PriceVersion['meters'] },
      'Price of gpt-4o changed',
      'image 3 USD',
    ],
    [
      'a meter less',
      { meters: { output: perMillion('10') } },
      'Price of gpt-4o changed',
      'cache read 2.5 → none',
    ],
  ])('says in words what %s is', (_, change, title, text) => {
    const [annotation] = told([before, { ...byHand, ...change }]);
    expect(annotation?.title).toBe(title);
    expect(annotation?.text).toContain(text);
  });

  it('tells what was recorded in the time, not what holds in it', () => {
    expect(titles([before, byHand], { from: at(5) + 1 })).toEqual([]);
    expect(titles([before, byHand], { to: at(5) })).toEqual([]);
    expect(titles([before, byHand], { from: at(5), to: at(5) + 1 })).toHaveLength(1);
  });

  it('is narrowed by provider and by every name an entry holds for', () => {
    const anthropic = priceVersion({
      ...byHand,
      id: '3',
      provider: 'anthropic',
      model: 'claude',
      match: [{ kind: 'prefix', model: 'claude' }],
      recordedAt: at(7),
    });
    const versions = [before, byHand, anthropic];
    expect(titles(versions, { providers: ['anthropic'] })).toEqual(['Price of claude added']);
    expect(titles(versions, { models: ['gpt-4o'] })).toEqual(['Price of gpt-4o changed']);
    expect(titles(versions, { models: ['claude-20260101'] })).toEqual(['Price of claude added']);
    expect(titles(versions, { models: ['mistral'] })).toEqual([]);
  });

  it('shows a customer the catalogue and his own contracts, without author and note', () => {
    const contract = (id: string, orgId: string): PriceVersion =>
      priceVersion({ ...byHand, id, source: 'contract', orgId, recordedAt: at(Number(id)) });
    const versions = [
      before,
      byHand,
      ...imported('catalogue', 1),
      contract('21', 'acme'),
      contract('22', 'globex'),
    ];
    const seen = told(versions, { organisations: ['acme'], forCustomer: true });
    expect(seen.map(({ title }) => title)).toEqual([
      'Price catalogue 7 imported: 1 price',
      'Price of gpt-4o added',
    ]);
    expect(seen.map(({ text }) => text).join()).not.toMatch(/globex|k1|new list/);
    expect(told(versions, { organisations: ['acme'] })).toHaveLength(3);
    expect(told(versions)).toHaveLength(4);
  });
});
