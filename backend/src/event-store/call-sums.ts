import type { Money } from '../ledger/money.js';
import type { LedgerRow } from './ledger-row.js';

/** The sums that usage_15m, usage_daily and ledger_adjustments keep (migrations 0005 and 0011), in their order. */
export const CALL_COUNTS = [
  'calls',
  'priced_calls',
  'pending_calls',
  'failed_calls',
  'written_off_calls',
  'inexact_calls',
  'error_calls',
] as const;
export const CALL_COSTS = ['cost_usd', 'inexact_cost_usd', 'error_cost_usd', 'cache_saved_usd'] as const;
export const CALL_TOKENS = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'duration_us',
] as const;
export const CALL_SUMS = [...CALL_COUNTS, ...CALL_COSTS, ...CALL_TOKENS] as const;
export type CallSum = (typeof CALL_SUMS)[number];

/** What calls add to each sum. Null: nobody told, or nothing is priced. Money in 1e-18 USD. */
export type CallSums = Readonly<Record<CallSum, bigint | null>>;

/** What one row adds to the sums: nothing (null) unless it is a call. */
export function sumsOf({ event, settlement, cost }: LedgerRow): CallSums | null {
  if (settlement.kind !== 'call') return null;
  const flag = (is: boolean): bigint => (is ? 1n : 0n);
  const money = (is: boolean): Money | null => (is ? cost.costUsd : null);
  const count = (value: number | null | undefined): bigint | null =>
    value === null || value === undefined ? null : BigInt(value);
  const { usage } = event;
  return {
    calls: 1n,
    priced_calls: flag(cost.status === 'priced'),
    pending_calls: flag(cost.status === 'pending'),
    failed_calls: flag(cost.reason === 'failed_no_usage'),
    written_off_calls: flag(cost.reason === 'written_off'),
    inexact_calls: flag(cost.status === 'priced' && cost.quality !== 'exact'),
    error_calls: flag(event.statusError),
    cost_usd: cost.costUsd,
    inexact_cost_usd: money(cost.quality !== null && cost.quality !== 'exact'),
    error_cost_usd: money(event.statusError),
    cache_saved_usd: cost.cacheSavedUsd,
    input_tokens: count(usage?.input_tokens),
    cache_read_tokens: count(usage?.cache_read),
    cache_write_5m_tokens: count(usage?.cache_write_5m),
    cache_write_1h_tokens: count(usage?.cache_write_1h),
    output_tokens: count(usage?.output_tokens),
    reasoning_tokens: count(usage?.reasoning),
    duration_us: count(event.durationUs),
  };
}

/** `a + sign × b`, sum by sum; what neither tells stays null. */
export function addSums(a: CallSums | null, b: CallSums | null, sign: 1n | -1n): CallSums | null {
  if (b === null) return a;
  const sums = {} as Record<CallSum, bigint | null>;
  for (const name of CALL_SUMS) {
    const [left, right] = [a?.[name] ?? null, b[name]];
    sums[name] = right === null ? left : (left ?? 0n) + sign * right;
  }
  return sums;
}

/** Whether sums change nothing. */
export const isZero = (sums: CallSums): boolean => CALL_SUMS.every((name) => !sums[name]);
