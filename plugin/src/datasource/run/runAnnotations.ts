import { map, of, throwError, type Observable } from 'rxjs';
import type { AnnotationsRequest, Dimension, Filter } from '../../api/wire';
import { annotationsFrame } from '../frames/annotations';
import type { AnnotationsQuery } from '../query';
import { wireTimes } from '../time/period';
import type { Answer, RunContext } from './answer';

export function runAnnotations(
  { refId, kinds, filters }: AnnotationsQuery,
  { api, period }: RunContext,
): Observable<Answer> {
  if (kinds.length === 0) return throwError(() => new Error('Choose at least one kind of event.'));
  const values = valuesByDimension(filters);
  // Two filters that exclude each other: nothing meets both.
  if (Object.values(values).some((list) => list.length === 0)) return of(answerOf([]));
  const request: AnnotationsRequest = {
    ...wireTimes(period),
    kind: kinds,
    ...values,
  };
  return api.annotations(request).pipe(map(({ annotations }) => answerOf(annotations)));

  function answerOf(annotations: Parameters<typeof annotationsFrame>[1]): Answer {
    return { frames: [annotationsFrame(refId, annotations)], remarks: { coverage: [], notes: [] } };
  }
}

/** All filters must hold, so of several on one dimension only what is in all of them. */
function valuesByDimension(filters: readonly Filter[]): Partial<Record<Dimension, string[]>> {
  const values: Partial<Record<Dimension, string[]>> = {};
  for (const filter of filters) {
    if (filter.operator !== '=' && filter.operator !== 'in') {
      throw new Error('Annotations can be filtered by "is" and "is one of" only. Change the filter.');
    }
    const before = values[filter.dimension];
    values[filter.dimension] = before
      ? before.filter((value) => filter.values.includes(value))
      : [...filter.values];
  }
  return values;
}
