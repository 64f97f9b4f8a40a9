import type { Measure, Money, UsageRow } from '../../api/wire';
import { withoutCalls } from './group';

/** Digits of money after the point. */
const SCALE = 18;

/** From the previous period to the present one; null where one of them is not known. Money is subtracted exactly. */
export function changeOf(
  measure: Measure,
  row: UsageRow | undefined,
  previous: UsageRow | undefined,
): number | null {
  const [now, before] = [toldOf(measure, row), toldOf(measure, previous)];
  if (now === null || before === null) return null;
  if (typeof now === 'number' && typeof before === 'number') return now - before;
  return Number(`${unitsOf(String(now)) - unitsOf(String(before))}e-${SCALE}`);
}

/** The same as a share of the previous value; null also where that is 0: from nothing everything is infinitely more. */
export function changeRatio(
  measure: Measure,
  row: UsageRow | undefined,
  previous: UsageRow | undefined,
): number | null {
  const change = changeOf(measure, row, previous);
  const before = Number(toldOf(measure, previous));
  return change === null || before === 0 ? null : change / before;
}

const toldOf = (measure: Measure, row: UsageRow | undefined): Money | number | null =>
  row ? (row[measure] ?? null) : withoutCalls(measure);

/** Money in 1e-18 USD. */
function unitsOf(money: Money): bigint {
  const [whole = '0', fraction = ''] = money.split('.');
  return BigInt(whole + fraction.padEnd(SCALE, '0'));
}
