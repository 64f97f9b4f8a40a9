import type { LedgerRow } from './ledger-row.js';
import { settleEvents } from '../ledger/settle-trace.js';
import { UNPRICED, type CostState, type Settlement, type UsageEvent } from '../ledger/event.js';
import { priceUsage, type BillableCall } from '../pricing/price-usage.js';
import type { PriceBook } from '../pricing/price-book.js';

/** Decides for a set of events what each is and what it costs, as far as the set can tell. Pure. */
export function settleAndPrice(events: readonly UsageEvent[], book: PriceBook): LedgerRow[] {
  const settlements = settleEvents(events);
  return events.map((event, index) => {
    const settlement = settlements[index];
    if (!settlement) throw new RangeError('settleEvents must return one settlement per event');
    return settledRow(event, settlement, book);
  });
}

/** One settled event with its cost. Steps have no cost; repeats point to the call that has it. */
export function settledRow(event: UsageEvent, settlement: Settlement, book: PriceBook): LedgerRow {
  const named = event.responseModel ?? event.requestModel;
  if (settlement.kind === 'step') return { event, settlement, cost: UNPRICED, model: named };
  if (settlement.kind === 'repeat') {
    return { event, settlement, cost: unbilled(settlement.repeatReason ?? 'duplicate'), model: named };
  }
  if (event.failed && event.usage === null && event.usageProblem !== 'inconsistent_usage') {
    return { event, settlement, cost: unbilled('failed_no_usage'), model: named };
  }
  return { event, settlement, ...priced(event, settlement, book, named) };
}

/** A call as pricing sees it. */
export const billableCall = (event: UsageEvent, orgId: string | null): BillableCall => ({
  orgId,
  provider: event.provider,
  models: [event.responseModel, event.requestModel].filter((model) => model !== null),
  serviceTier: event.serviceTier,
  usage: event.usage,
  usageQuality: event.usageQuality,
  usageProblem: event.usageProblem,
});

/** Unix ms. The end of a call decides its price. */
export const endOfCall = ({ startedAt, durationUs }: UsageEvent): number =>
  startedAt + Math.floor(durationUs / 1_000);

function priced(
  event: UsageEvent,
  settlement: Settlement,
  book: PriceBook,
  named: string | null,
): Pick<LedgerRow, 'cost' | 'model'> {
  const pricing = priceUsage(billableCall(event, settlement.attribution.orgId), endOfCall(event), book);
  if (pricing.status === 'pending') {
    return { cost: { ...UNPRICED, status: 'pending', reason: pricing.reason }, model: named };
  }
  const { status, quality, costUsd, cacheSavedUsd, priceVersionIds, model } = pricing;
  return { cost: { status, reason: null, quality, costUsd, cacheSavedUsd, priceVersionIds }, model };
}

const unbilled = (reason: 'failed_no_usage' | 'wrapper' | 'duplicate'): CostState => ({
  ...UNPRICED,
  status: 'unbilled',
  reason,
});
