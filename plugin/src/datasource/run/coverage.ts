import type { QueryResultMetaNotice } from '@grafana/data';
import type { EventSearchAnswer, MeasureValues, TraceTotals } from '../../api/wire';
import { numberOf } from '../frames/group';

/** What of the calls that a query sums up has a cost, and how much of the cost is not exact. */
export interface Coverage {
  /** Names the calls: their time and filters. Queries with the same name are about the same calls. */
  readonly selection: string;
  readonly pendingCalls: number;
  readonly billableCalls: number;
  /** USD; for a share only, so a number will do. Null: not known. */
  readonly cost: number | null;
  readonly inexactCost: number | null;
}

/** What a query tells beside its numbers. */
export interface Remarks {
  readonly coverage: readonly Coverage[];
  /** Whole sentences. */
  readonly notes: readonly string[];
}

export function usageCoverage(selection: string, totals: MeasureValues): Coverage {
  const pendingCalls = Number(totals.pending_calls ?? 0);
  return {
    selection,
    pendingCalls,
    billableCalls: pendingCalls + Number(totals.priced_calls ?? 0),
    cost: numberOf(totals.cost_usd),
    inexactCost: numberOf(totals.inexact_cost_usd),
  };
}

export const callsCoverage = (
  selection: string,
  totals: EventSearchAnswer['totals'] | TraceTotals,
): Coverage => ({
  selection,
  pendingCalls: totals.pending_calls,
  billableCalls: totals.priced_calls + totals.pending_calls,
  cost: null,
  inexactCost: null,
});

/**
 * At most one warning and one info for a whole response, as a panel shows them all alike. Calls that several queries of it are
 * about count once if the queries name the same calls (same time, same filters); where selections only overlap they are added
 * up, and the warning says so.
 */
export function noticesOf(remarks: readonly Remarks[]): QueryResultMetaNotice[] {
  const coverage = [
    ...new Map(remarks.flatMap((one) => one.coverage).map((one) => [one.selection, one])).values(),
  ];
  const notices: QueryResultMetaNotice[] = [];
  const warning = pendingText(coverage);
  if (warning) notices.push({ severity: 'warning', text: warning });
  const info = [inexactText(coverage), ...new Set(remarks.flatMap(({ notes }) => notes))]
    .filter(Boolean)
    .join(' ');
  if (info) notices.push({ severity: 'info', text: info });
  return notices;
}

function pendingText(coverage: readonly Coverage[]): string {
  const affected = coverage.filter(({ pendingCalls }) => pendingCalls > 0);
  const pending = sum(affected.map(({ pendingCalls }) => pendingCalls));
  if (pending === 0) return '';
  const billable = sum(coverage.map(({ billableCalls }) => billableCalls));
  const added =
    affected.length > 1 ? ` (added up over ${affected.length} different selections of calls)` : '';
  return (
    `${pending.toLocaleString('en-US')} of ${billable.toLocaleString('en-US')} ${billable === 1 ? 'call' : 'calls'} ` +
    `${pending === 1 ? 'has' : 'have'} no cost yet${added}: the true cost is higher than shown.`
  );
}

function inexactText(coverage: readonly Coverage[]): string {
  const known = coverage.filter(({ cost, inexactCost }) => cost !== null && inexactCost !== null);
  const inexact = sum(known.map(({ inexactCost }) => inexactCost ?? 0));
  const cost = sum(known.map((one) => one.cost ?? 0));
  return inexact > 0 && cost > 0
    ? `${percent(inexact / cost)} of the cost is not exact: a bound or an estimate.`
    : '';
}

/** Never "0 %" of something, nor "100 %" of less than all. */
function percent(share: number): string {
  if (share < 0.001) return 'Less than 0.1 %';
  if (share < 1 && share > 0.999) return 'More than 99.9 %';
  return `${Math.round(share * 1000) / 10} %`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
