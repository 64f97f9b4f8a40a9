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
  /** What a comparison with the previous period rests on, if there is one. */
  readonly compared?: Compared;
}

type CountedCalls = Pick<Coverage, 'pendingCalls' | 'billableCalls'>;

interface Compared {
  readonly now: CountedCalls;
  readonly before: CountedCalls;
}

/** Of the groups that are shown; counts, so they may be added up. */
export function rowsCoverage(rows: readonly MeasureValues[]): CountedCalls {
  const pendingCalls = sum(rows.map((row) => Number(row.pending_calls ?? 0)));
  return {
    pendingCalls,
    billableCalls: pendingCalls + sum(rows.map((row) => Number(row.priced_calls ?? 0))),
  };
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
  const warning = [pendingText(coverage), ...new Set(remarks.map(comparisonText))].filter(Boolean).join(' ');
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

/** Where one period has more of its costs than the other, a change is in part that difference. */
function comparisonText({ compared }: Remarks): string {
  if (!compared) return '';
  const { now, before } = compared;
  const isSame = now.pendingCalls * before.billableCalls === before.pendingCalls * now.billableCalls;
  if (isSame || now.billableCalls === 0 || before.billableCalls === 0) return '';
  const covered = ({ pendingCalls, billableCalls }: CountedCalls): string =>
    inSentence(percent((billableCalls - pendingCalls) / billableCalls));
  return `Changes compare ${covered(now)} of the calls now with ${covered(before)} of them in the previous period.`;
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
  if (share > 0 && share < 0.001) return 'Less than 0.1 %';
  if (share < 1 && share > 0.999) return 'More than 99.9 %';
  return `${Math.round(share * 1000) / 10} %`;
}

const inSentence = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
