import { forkJoin, map, of, switchMap, type Observable } from 'rxjs';
import type { Filter, UsageAnswer, UsageRequest } from '../../api/wire';
import { groupKey } from '../frames/group';
import type { UsageResult } from '../frames/usageContext';
import type { ResolvedUsageQuery } from '../query';
import { previousPeriod, wireTimes } from '../time/period';
import type { RunContext } from './answer';
import { complete, MOST_ROWS } from './complete';
import { rankByChange } from './rankByChange';

/** Values a filter may have. */
const MOST_VALUES = 1000;

type Compared = Pick<UsageResult, 'answer' | 'previous' | 'ranked'>;

const isRankedByChange = ({ compare, rankBy, groupBy }: ResolvedUsageQuery): boolean =>
  compare === 'previous_period' && rankBy !== 'value' && groupBy.length > 0;

/** Asks for the present and, where it is wanted, for the period before. */
export function askCompared(
  query: ResolvedUsageQuery,
  request: UsageRequest,
  context: RunContext,
): Observable<Compared> {
  if (isRankedByChange(query)) return askMovers(query, request, context);
  return context.api.usage(request).pipe(
    map((answer) => complete(answer, query.format)),
    switchMap((answer) => askPrevious(query, request, answer, context)),
  );
}

/** One value for a month that is not over is compared with the month before up to the same day; a line may go on. */
function periodBefore({ interval }: UsageRequest, { period, zone, now }: RunContext) {
  const isUnfinished = interval === null && period.from < now && now < period.to;
  return previousPeriod(isUnfinished ? { ...period, to: now } : period, zone);
}

/**
 * The same for the previous period: of the groups that are shown, whichever were the greatest then. So the rest is not compared,
 * as it was of other groups.
 */
function askPrevious(
  query: ResolvedUsageQuery,
  request: UsageRequest,
  answer: UsageAnswer,
  context: RunContext,
): Observable<Compared> {
  if (query.compare === 'none') return of({ answer, previous: null, ranked: null });
  const before = periodBefore(request, context);
  const { top, ...all } = request;
  const filters = top ? [...query.filters, ...groupFilters(query, answer)] : query.filters;
  const shown = new Set(answer.rows.map((row) => groupKey(row, query.groupBy)));
  return context.api.usage({ ...all, ...wireTimes(before), filters }).pipe(
    map((previous) => complete(previous, query.format)),
    map((previous) => ({
      answer,
      previous: { period: before, answer: top ? keep(previous, query, shown) : previous },
      ranked: null,
    })),
  );
}

/** Who changed most can only be told from all groups of both periods: who stopped is not in the present one. */
function askMovers(
  query: ResolvedUsageQuery,
  { top: _, ...request }: UsageRequest,
  context: RunContext,
): Observable<Compared> {
  const before = periodBefore(request, context);
  const { rankBy, groupBy, measures, top } = query;
  const [measure] = measures;
  if (request.interval !== null || rankBy === 'value' || measure === undefined) {
    throw new Error(
      'Groups are ranked by their change from one whole period to the next: set the interval to "Whole time range", or rank them ' +
        'by their value.',
    );
  }
  return forkJoin([context.api.usage(request), context.api.usage({ ...request, ...wireTimes(before) })]).pipe(
    map(([answer, previous]) => {
      if (answer.meta.truncated || previous.meta.truncated) {
        throw new Error(
          `Of more than ${MOST_ROWS.toLocaleString('en-US')} groups it cannot be told which changed most. Group by fewer ` +
            'dimensions, or add a filter.',
        );
      }
      const ranked = rankByChange(answer.rows, previous.rows, { groupBy, measure, rankBy, top });
      const shown = new Set(ranked.keys);
      return {
        answer: keep(answer, query, shown),
        previous: { period: before, answer: keep(previous, query, shown) },
        ranked,
      };
    }),
  );
}

const keep = (
  answer: UsageAnswer,
  { groupBy }: ResolvedUsageQuery,
  shown: ReadonlySet<string>,
): UsageAnswer => ({ ...answer, rows: answer.rows.filter((row) => shown.has(groupKey(row, groupBy))) });

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
