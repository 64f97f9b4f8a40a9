import { catchError, map, throwError, type Observable } from 'rxjs';
import { ApiError } from '../../api/apiError';
import type { Interval, Measure, UsageRequest } from '../../api/wire';
import { isMoney } from '../frames/group';
import type { UsageResult } from '../frames/usageContext';
import { usageSeries } from '../frames/usageSeries';
import { usageTable } from '../frames/usageTable';
import { costLinks } from '../links/links';
import type { ResolvedUsageQuery } from '../query';
import { autoIntervals } from '../time/autoIntervals';
import { wireTimes, type Period } from '../time/period';
import { soFar } from '../time/soFar';
import { zoneOf, type Zone } from '../time/zone';
import type { Answer, RunContext } from './answer';
import { askCompared } from './comparePrevious';
import { MOST_ROWS, TOO_MANY_ROWS } from './complete';
import { usageRemarks } from './usageRemarks';

/** What `noticesOf` needs to know about a cost. */
const ABOUT_MONEY: readonly Measure[] = ['cost_usd', 'priced_calls', 'pending_calls', 'inexact_cost_usd'];

/** @throws (in the Observable) Error that tells what to do */
export function runUsage(query: ResolvedUsageQuery, context: RunContext): Observable<Answer> {
  if (query.measures.length === 0) return throwError(() => new Error('Choose at least one measure.'));
  const inZone = (zone: Zone): Observable<UsageResult> => {
    const asked = { ...context, zone, period: periodIn(zone, query, context) };
    return firstExact(intervalsOf(query, asked), (interval) => ask(query, interval, asked));
  };
  return inZone(context.zone).pipe(
    // What is older than the aggregates is kept by UTC days: better those than none, and it is said.
    catchError((error: unknown) =>
      isNotKept(error) && context.zone.name !== 'UTC' ? inZone(zoneOf('UTC')) : throwError(() => error),
    ),
    map((result) => ({
      frames: query.format === 'table' ? [usageTable(result)] : usageSeries(result),
      remarks: usageRemarks(query, result, context),
    })),
  );
}

const periodIn = (zone: Zone, { period }: ResolvedUsageQuery, context: RunContext): Period =>
  period === 'dashboard' ? context.period : soFar(period, context.now, zone);

function intervalsOf(
  { interval }: ResolvedUsageQuery,
  { period, maxDataPoints }: RunContext,
): Array<Interval | null> {
  if (interval === 'auto') return autoIntervals(period, maxDataPoints);
  return [interval === 'none' ? null : interval];
}

/** The finest interval that can be told exactly and drawn; the error of the last one, if none can. */
function firstExact<T>(
  [first = null, ...rest]: ReadonlyArray<Interval | null>,
  asked: (interval: Interval | null) => Observable<T>,
): Observable<T> {
  return asked(first).pipe(
    catchError((error: unknown) =>
      rest.length > 0 && isTooFine(error) ? firstExact(rest, asked) : throwError(() => error),
    ),
  );
}

/** The backend names the field to change: the interval, or a measure that is only kept for longer ones. */
const isNotKept = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === 'not_exact' &&
  error.errors.some(({ field }) => field === 'interval' || field === 'measures');

const isTooFine = (error: unknown): boolean =>
  isNotKept(error) || (error instanceof ApiError && error.code === TOO_MANY_ROWS);

function ask(
  query: ResolvedUsageQuery,
  interval: Interval | null,
  context: RunContext,
): Observable<UsageResult> {
  const { period, zone } = context;
  const request = requestOf(query, interval, context);
  return askCompared(query, request, context).pipe(
    map(({ answer, previous, ranked }) => ({
      refId: query.refId,
      groupBy: query.groupBy,
      measures: query.measures,
      interval,
      period,
      zone,
      now: context.now,
      answer,
      previous,
      ranked,
      costLinks: costLinks(context.source, {
        period,
        zone,
        interval,
        filters: query.filters,
        groupBy: query.groupBy,
      }),
    })),
  );
}

function requestOf(query: ResolvedUsageQuery, interval: Interval | null, context: RunContext): UsageRequest {
  const [by] = query.measures;
  const isCut = query.top !== null && query.groupBy.length > 0;
  return {
    ...wireTimes(context.period),
    // A range of Grafana begins at any millisecond; below the raw floor only quarters of an hour are kept.
    edges: 'kept',
    time_zone: context.zone.name,
    interval,
    measures: [...new Set([...query.measures, ...(query.measures.some(isMoney) ? ABOUT_MONEY : [])])],
    group_by: query.groupBy,
    filters: query.filters,
    ...(isCut && { top: { count: query.top ?? 1, by } }),
    limit: MOST_ROWS,
  };
}
