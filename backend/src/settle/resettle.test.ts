import { testBook } from '../../../test/support/prices.js';
import { owned, usageEvent } from '../../../test/support/usage-events.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import type { UsageEvent } from '../ledger/event.js';
import { byDay, resettle } from './resettle.js';

const DAY_MS = 86_400_000;
const book = testBook();
const stored = (...events: UsageEvent[]): StoredRow[] =>
  settleAndPrice(events, book).map((row) => ({ ...row, place: 'raw', requestNumber: '1' }));

const root = usageEvent({ spanId: 'root', spanClass: 'step', usage: null, own: owned({ orgId: 'acme' }) });
const call = usageEvent({ spanId: 'call', parentSpanId: 'root' });

it('changes nothing that was settled as a whole', () => {
  expect(resettle(stored(root, call), book, 0)).toEqual([]);
});

it('changes only what the other parts decide', () => {
  const rows = [...stored(call), ...stored(root)];
  const changes = resettle(rows, book, 0);
  expect(changes.map(({ before }) => before.event.spanId)).toEqual(['call']);
  expect(changes[0]?.after).toMatchObject({
    settlement: { attribution: { orgId: 'acme' } },
    cost: { priceVersionIds: ['2', '1'] },
  });
});

it('takes back what was inherited from an event that is no ancestor, unless events may be gone', () => {
  const [, inherited] = stored(root, call);
  if (!inherited) throw new Error('two events give two rows');
  const [change] = resettle([inherited], book, 0);
  expect(change?.after.settlement.attribution.orgId).toBeNull();
  expect(resettle([inherited], book, inherited.event.startedAt - 1)).toEqual([]);
});

it('gives changes day by day', () => {
  const next = { ...call, spanId: 'next', startedAt: call.startedAt + DAY_MS };
  const rows = [...stored(next), ...stored(call), ...stored(root)];
  expect(byDay(resettle(rows, book, 0)).map((day) => day.map(({ before }) => before.event.spanId))).toEqual([
    ['call'],
    ['next'],
  ]);
});
