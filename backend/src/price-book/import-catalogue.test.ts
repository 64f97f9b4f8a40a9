import { billable, outcome } from '../../../test/support/billable-call.js';
import { createPriceBook } from '../pricing/price-book.js';
import { priceUsage } from '../pricing/price-usage.js';
import type { PriceVersionDraft } from '../pricing/price-version.js';
import { readModel } from './catalogue.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';
import { catalogueDrafts } from './import-catalogue.js';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const FIRST = day('2026-10-01');
const SECOND = day('2026-11-01');

const input = (input_mtok: number) => ({ input_mtok });
const from = (start_date: string, input_mtok: number) =>
  ({ constraint: { type: 'start_date', start_date }, prices: input(input_mtok) }) as const;
const catalogueOf = (
  version: string,
  prices: CatalogueEntry['prices'],
  names: readonly string[] = ['m'],
): Catalogue => ({
  version,
  releasedAt: day(version === '1' ? '2026-09-01' : '2026-10-20'),
  models: [readModel('openai', { id: 'm', match: { or: names.map((equals) => ({ equals })) }, prices })],
});

/** Imports the catalogues one after the other; returns what each added and the price of a million tokens at a time. */
function imported(...catalogues: readonly (readonly [Catalogue, number])[]) {
  const stored: PriceVersionDraft[] = [];
  const added = catalogues.map(([catalogue, now]) => {
    const drafts = catalogueDrafts(catalogue, stored, now);
    stored.push(...drafts);
    return drafts.length;
  });
  const book = createPriceBook(stored.map((draft, index) => ({ ...draft, id: `${index + 1}` })));
  const at = (text: string, name = 'm'): string =>
    outcome(priceUsage(billable('openai', name, { input_tokens: 1_000_000 }), day(text), book));
  return { added, at };
}

it('writes nothing for a catalogue the book already has', () => {
  const same = catalogueOf('1', [{ prices: input(5) }, from('2026-08-21', 4)]);
  expect(imported([same, FIRST], [same, SECOND], [{ ...same, version: '2' }, SECOND]).added).toEqual([
    2, 0, 0,
  ]);
});

it('lets an undated price hold since ever, and be certain since the release of its catalogue', () => {
  const { at } = imported([catalogueOf('1', input(5)), FIRST]);
  expect([at('2020-01-01'), at('2026-08-31'), at('2026-09-01')]).toEqual([
    '5 estimated',
    '5 estimated',
    '5 exact',
  ]);
});

it('lets a different undated price hold from its import on, and rewrites nothing before', () => {
  const { added, at } = imported([catalogueOf('1', input(5)), FIRST], [catalogueOf('2', input(7)), SECOND]);
  expect(added).toEqual([1, 1]);
  expect([at('2026-10-31'), at('2026-11-01')]).toEqual(['5 exact', '7 exact']);
});

it('lets a dated price of a later catalogue reach back to its date', () => {
  const { at } = imported(
    [catalogueOf('1', input(5)), FIRST],
    [catalogueOf('2', [{ prices: input(5) }, from('2026-10-10', 4)]), SECOND],
  );
  expect([at('2026-10-09'), at('2026-10-10'), at('2026-11-02')]).toEqual(['5 exact', '4 exact', '4 exact']);
});

it('corrects a dated price in its place', () => {
  const { added, at } = imported(
    [catalogueOf('1', [{ prices: input(5) }, from('2026-08-21', 4)]), FIRST],
    [catalogueOf('2', [{ prices: input(5) }, from('2026-08-21', 3)]), SECOND],
  );
  expect(added).toEqual([1 + 1, 1]);
  expect([at('2026-08-20'), at('2026-08-21')]).toEqual(['5 estimated', '3 exact']);
});

it('does not let a changed past price override the dated one in force', () => {
  const { added, at } = imported(
    [catalogueOf('1', [{ prices: input(5) }, from('2026-08-21', 4)]), FIRST],
    [catalogueOf('2', [{ prices: input(6) }, from('2026-08-21', 4)]), SECOND],
  );
  expect(added).toEqual([2, 0]);
  expect([at('2026-08-20'), at('2026-11-02')]).toEqual(['5 estimated', '4 exact']);
});

it('follows a catalogue that first changes a price without a date and later tells the date', () => {
  const { at } = imported(
    [catalogueOf('1', input(5)), FIRST],
    [catalogueOf('2', input(7)), SECOND],
    [catalogueOf('3', [{ prices: input(5) }, from('2026-10-15', 8)]), day('2026-11-10')],
  );
  expect([at('2026-10-14'), at('2026-10-15'), at('2026-11-09'), at('2026-11-10')]).toEqual([
    '5 exact',
    '8 exact',
    '7 exact',
    '8 exact',
  ]);
});

it('knows a future price before its day', () => {
  const { added, at } = imported([catalogueOf('1', [{ prices: input(1) }, from('2027-01-01', 2)]), FIRST]);
  expect(added).toEqual([2]);
  expect([at('2026-12-31'), at('2027-01-01')]).toEqual(['1 exact', '2 exact']);
});

it('takes up a new name of a model with the same price, for old calls too', () => {
  const { added, at } = imported(
    [catalogueOf('1', input(5)), FIRST],
    [catalogueOf('2', input(5), ['m', 'm-alias']), SECOND],
  );
  expect(added).toEqual([1, 1]);
  expect(at('2026-10-02', 'm-alias')).toBe('5 exact');
});

it('prices a model from its import on that was empty before', () => {
  const { at } = imported([catalogueOf('1', {}), FIRST], [catalogueOf('2', input(5)), SECOND]);
  expect([at('2026-10-31'), at('2026-11-01')]).toEqual(['pending empty_price_block', '5 exact']);
});
