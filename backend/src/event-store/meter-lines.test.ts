import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import { perMillion, priceVersion, testBook } from '../../../test/support/prices.js';
import { parseMoney } from '../ledger/money.js';
import { createMeterLines, type MeterLine } from './meter-lines.js';
import { settleAndPrice } from './settle-and-price.js';
import type { LedgerRow } from './ledger-row.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { UsageEvent } from '../ledger/event.js';

const rowOf = (book: PriceBook, overrides: Partial<UsageEvent>): LedgerRow => {
  const [row] = settleAndPrice([usageEvent({ spanId: 'a', ...overrides })], book);
  if (!row) throw new Error('one event is one row');
  return row;
};
const show = (lines: readonly MeterLine[]) =>
  lines.map(({ meter, quantity, costUsd, listCostUsd }) => [meter, quantity, costUsd, listCostUsd]);

describe('the lines of a cost', () => {
  it('split a discounted call into meters beside what the catalogue asks', () => {
    const book = testBook();
    const row = rowOf(book, { own: owned({ orgId: 'acme' }) });
    expect(row.cost.priceVersionIds).toEqual(['2', '1']);
    expect(show(createMeterLines(book).of(row))).toEqual([
      ['input_uncached', 1000, parseMoney('0.00225'), parseMoney('0.0025')],
      ['output', 50, parseMoney('0.00045'), parseMoney('0.0005')],
    ]);
  });

  it('tell no list price where the catalogue has none', () => {
    const mine = { source: 'override', model: 'mine' } as const;
    const book = testBook(priceVersion({ id: '3', ...mine, match: [{ kind: 'exact', model: 'mine' }] }));
    const lines = createMeterLines(book).of(rowOf(book, { requestModel: 'mine' }));
    expect(lines.map(({ listCostUsd }) => listCostUsd)).toEqual([null, null]);
  });

  it('add a meter that only the list knows apart to the meter it is a part of', () => {
    const meters = { ...priceVersion({ id: '0' }).meters, output_reasoning: perMillion('20') };
    const book = testBook(
      priceVersion({ id: '3', model: 'thinker', meters }),
      priceVersion({ id: '4', model: 'thinker', source: 'override' }),
    );
    const row = rowOf(book, { requestModel: 'thinker', usage: tokens(0, 100, { reasoning: 40 }) });
    expect(row.cost.priceVersionIds).toEqual(['4']);
    expect(show(createMeterLines(book).of(row))).toEqual([
      ['output', 100, parseMoney('0.001'), parseMoney('0.0014')],
    ]);
  });

  it('never lose money: what the stored versions do not explain is a line of its own', () => {
    const book = testBook();
    const row = rowOf(book, {});
    const odd = { ...row, cost: { ...row.cost, costUsd: (row.cost.costUsd ?? 0n) + 7n } };
    const lines = createMeterLines(book).of(odd);
    expect(lines.find(({ meter }) => meter === 'unexplained')?.costUsd).toBe(7n);
    expect(lines.reduce((sum, { costUsd }) => sum + costUsd, 0n)).toBe(odd.cost.costUsd);
  });

  it('are none for what is not priced', () => {
    const book = testBook();
    expect(createMeterLines(book).of(rowOf(book, { requestModel: 'nobody-knows' }))).toEqual([]);
  });
});
