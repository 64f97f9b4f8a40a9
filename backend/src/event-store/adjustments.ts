import { UNATTRIBUTED } from '../ledger/event.js';
import type { Money } from '../ledger/money.js';
import { addSums, isZero, sumsOf, type CallSums } from './call-sums.js';
import type { LedgerRow } from './ledger-row.js';
import type { MeterLine } from './meter-lines.js';

/** The dimensions of the ledger. */
export interface Dimensions {
  readonly orgId: string;
  readonly assistantId: string | null;
  readonly queryType: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly environment: string | null;
}

/** A signed change of the ledger of one quarter of an hour. */
export interface Adjustment {
  /** Unix ms. */
  readonly bucket: number;
  readonly dimensions: Dimensions;
  readonly priceVersionIds: string | null;
  readonly sums: CallSums;
}

export interface MeterAdjustment {
  readonly bucket: number;
  readonly dimensions: Dimensions;
  readonly meter: string;
  readonly priceVersionIds: string;
  readonly quantity: bigint;
  readonly costUsd: Money;
  readonly listCostUsd: Money | null;
  readonly unlistedCostUsd: Money;
}

/** One call before and after a change; null: it was not there, or is no call any more. */
export interface CallDelta {
  readonly before: LedgerRow | null;
  readonly after: LedgerRow;
}

const QUARTER_MS = 15 * 60_000;

/** What changes of calls change in the ledger, summed up: two rows where a call moves from one customer to another. */
export function adjustmentsOf(deltas: readonly CallDelta[]): Adjustment[] {
  const summed = new Map<string, Adjustment>();
  const add = (row: LedgerRow | null, sign: 1n | -1n, versions: string | null): void => {
    const sums = row && sumsOf(row);
    if (!row || !sums) return;
    const place = placeOf(row);
    const key = JSON.stringify([place, versions]);
    const known = summed.get(key);
    const total = addSums(known?.sums ?? null, sums, sign);
    if (total) summed.set(key, { ...place, priceVersionIds: versions, sums: total });
  };
  for (const { before, after } of deltas) {
    const versions = after.cost.priceVersionIds.join(',') || null;
    add(before, -1n, versions);
    add(after, 1n, versions);
  }
  return [...summed.values()].filter(({ sums }) => !isZero(sums));
}

/** The same changes meter by meter. */
export function meterAdjustmentsOf(
  deltas: readonly CallDelta[],
  linesOf: (row: LedgerRow) => readonly MeterLine[],
): MeterAdjustment[] {
  const summed = new Map<string, MeterAdjustment>();
  const add = (row: LedgerRow | null, sign: 1n | -1n): void => {
    for (const line of row ? linesOf(row) : []) {
      if (!row) return;
      const place = placeOf(row);
      const priceVersionIds = row.cost.priceVersionIds.join(',');
      const key = JSON.stringify([place, line.meter, priceVersionIds]);
      summed.set(key, plus(summed.get(key), { ...place, priceVersionIds }, line, sign));
    }
  };
  for (const { before, after } of deltas) {
    add(before, -1n);
    add(after, 1n);
  }
  return [...summed.values()].filter(
    ({ quantity, costUsd, listCostUsd }) => quantity !== 0n || costUsd !== 0n || !!listCostUsd,
  );
}

function plus(
  known: MeterAdjustment | undefined,
  place: Pick<MeterAdjustment, 'bucket' | 'dimensions' | 'priceVersionIds'>,
  { meter, quantity, costUsd, listCostUsd }: MeterLine,
  sign: 1n | -1n,
): MeterAdjustment {
  const listed = known?.listCostUsd ?? null;
  return {
    ...place,
    meter,
    quantity: (known?.quantity ?? 0n) + sign * BigInt(quantity),
    costUsd: (known?.costUsd ?? 0n) + sign * costUsd,
    listCostUsd: listCostUsd === null ? listed : (listed ?? 0n) + sign * listCostUsd,
    unlistedCostUsd: (known?.unlistedCostUsd ?? 0n) + (listCostUsd === null ? sign * costUsd : 0n),
  };
}

const placeOf = (row: LedgerRow): { bucket: number; dimensions: Dimensions } => ({
  bucket: Math.floor(row.event.startedAt / QUARTER_MS) * QUARTER_MS,
  dimensions: dimensionsOf(row),
});

/** A row's place in the ledger. */
export const dimensionsOf = ({ event, settlement, model }: LedgerRow): Dimensions => ({
  orgId: settlement.attribution.orgId ?? UNATTRIBUTED,
  assistantId: settlement.attribution.assistantId,
  queryType: settlement.attribution.queryType,
  provider: event.provider,
  model,
  environment: settlement.attribution.environment,
});
