import { catchError, map, of, switchMap, throwError, type Observable } from 'rxjs';
import { ApiError } from '../../api/apiError';
import type { Filter, Interval, Measure, UsageAnswer, UsageRequest } from '../../api/wire';
import { groupKey, isMoney } from '../frames/group';
import type { UsageResult } from '../frames/usageContext';
import { usageSeries } from '../frames/usageSeries';
import { usageTable } from '../frames/usageTable';
import { costLinks } from '../links/links';
import type { ResolvedUsageQuery } from '../query';
import { autoIntervals } from '../time/autoIntervals';
import { previousPeriod, wireTimes } from '../time/period';
import { zoneOf, type Zone } from '../time/zone';
import type { Answer, RunContext } from './answer';
import { usageCoverage, type Remarks } from './coverage';
import { selectionName } from './selection';

/** As many as the API gives at once. */
const MOST_ROWS = 50_000;
/** Values a filter may have. */
const MOST_VALUES = 1000;

/** What `noticesOf` needs to know about a cost. */
const ABOUT_MONEY: readonly Measure[] = ['cost_usd', 'priced_calls', 'pending_calls', 'inexact_cost_usd'];

/** @throws (in the Observable) Error that tells what to do */
export function runUsage(query: ResolvedUsageQuery, context: RunContext): Observable<Answer> {
  if (query.measures.length === 0) return throwError(() => new Error('Choose at least one measure.'));
  const intervals = intervalsOf(query, context);
  const inZone = (zone: Zone): Observable<UsageResult> =>
    firstExact(intervals, (interval) => ask(query, interval, { ...context, zone }));
  return inZone(context.zone).pipe(
    // What is older than the aggregates is kept by UTC days: better those than none, and it is said.
    catchError((error: unknown) =>
      isNotKept(error) && context.zone.name !== 'UTC' ? inZone(zoneOf('UTC')) : throwError(() => error),
    ),
    map((result) => ({
      frames: query.format === 'table' ? [usageTable(result)] : usageSeries(result),
      remarks: remarksOf(query, result, context),
    })),
  );
}

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

const TOO_MANY_ROWS = 'too_many_rows';

function ask(
  query: ResolvedUsageQuery,
  interval: Interval | null,
  context: RunContext,
): Observable<UsageResult> {
  const { api, period, zone } = context;
  const request = requestOf(query, interval, context);
  return api.usage(request).pipe(
    map((answer) => complete(answer, query)),
    switchMap((answer) => askPrevious(query, request, answer, context)),
    map(({ answer, previous }) => ({
      refId: query.refId,
      groupBy: query.groupBy,
      measures: query.measures,
      interval,
      period,
      zone,
      now: context.now,
      answer,
      previous,
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

/** A line that misses some of its points would lie; a table only ends early, and says so. */
function complete(answer: UsageAnswer, { format }: ResolvedUsageQuery): UsageAnswer {
  if (!answer.meta.truncated || format === 'table') return answer;
  throw new ApiError(
    200,
    TOO_MANY_ROWS,
    `This would be more than ${MOST_ROWS.toLocaleString('en-US')} points. Choose a longer interval, less time, fewer dimensions ` +
      'to group by, or only the greatest groups.',
  );
}

type WithPrevious = Pick<UsageResult, 'answer' | 'previous'>;

/**
 * The same for the previous period: of the groups that are shown, whichever were the greatest then. So the rest is not compared,
 * as it was of other groups.
 */
function askPrevious(
  query: ResolvedUsageQuery,
  request: UsageRequest,
  answer: UsageAnswer,
  { api, period, zone }: RunContext,
): Observable<WithPrevious> {
  if (query.compare === 'none') return of({ answer, previous: null });
  const before = previousPeriod(period, zone);
  const { top, ...all } = request;
  const filters = top ? [...query.filters, ...groupFilters(query, answer)] : query.filters;
  const shown = new Set(answer.rows.map((row) => groupKey(row, query.groupBy)));
  return api.usage({ ...all, ...wireTimes(before), filters }).pipe(
    map((previous) => complete(previous, query)),
    map((previous) => ({
      answer,
      previous: {
        period: before,
        answer: top
          ? { ...previous, rows: previous.rows.filter((row) => shown.has(groupKey(row, query.groupBy))) }
          : previous,
      },
    })),
  );
}

/** Keeps the answer small: values of the groups shown, dimension by dimension, where none is missing. */
function groupFilters({ groupBy }: ResolvedUsageQuery, { rows }: UsageAnswer): Filter[] {
  const shown = rows.filter(({ other }) => !other);
  return groupBy.flatMap((dimension): Filter[] => {
    const values = [...new Set(shown.map((row) => row[dimension] ?? null))];
    const known = values.filter((value) => value !== null);
    return known.length === values.length && known.length > 0 && known.length <= MOST_VALUES
      ? [{ dimension, operator: 'in', values: known }]
      : [];
  });
}

/** An instant of the API, to be read. */
const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

function remarksOf(query: ResolvedUsageQuery, result: UsageResult, asked: RunContext): Remarks {
  const { answer, previous, period, zone } = result;
  const notes: string[] = [];
  if (zone.name !== asked.zone.name)
    notes.push('Days are those of UTC: of a time so long ago only they are kept.');
  const { from, to } = answer.meta;
  if (Date.parse(from) < period.from || Date.parse(to) > period.to) {
    notes.push(
      `Counted from ${minuteOf(from)} to ${minuteOf(to)}: of a time so long ago single events are not kept.`,
    );
  }
  if (answer.meta.truncated || previous?.answer.meta.truncated) {
    notes.push(`Only the first ${MOST_ROWS.toLocaleString('en-US')} rows are shown.`);
  }
  if (previous && answer.rows.some(({ other }) => other)) {
    notes.push('The previous period is shown for the greatest groups only.');
  }
  if (answer.meta.distinct_method === 'sum_of_daily_distinct') {
    notes.push('Conversations and users are counted once per UTC day.');
  }
  if (!query.measures.some((measure) => isMoney(measure) || measure === 'coverage')) {
    return { coverage: [], notes };
  }
  const filters = query.filters.map(({ dimension, ...filter }) => ({ name: dimension, ...filter }));
  const coverage = [usageCoverage(selectionName(period, filters), answer.totals)];
  if (previous) coverage.push(usageCoverage(selectionName(previous.period, filters), previous.answer.totals));
  return { coverage, notes };
}
