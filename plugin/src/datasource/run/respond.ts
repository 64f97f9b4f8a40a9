import { LoadingState, type DataQueryError, type DataQueryResponse } from '@grafana/data';
import type { Answer } from './answer';
import { noticesOf } from './coverage';

/** A query's answer, or why it has none. */
export type Outcome = { readonly answer: Answer } | { readonly error: DataQueryError };

/** All queries of a request as one response: what failed does not keep the others from being drawn. */
export function respond(outcomes: readonly Outcome[]): DataQueryResponse {
  const answers = outcomes.flatMap((outcome) => ('answer' in outcome ? [outcome.answer] : []));
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  const [first, ...others] = answers.flatMap(({ frames }) => frames);
  const notices = noticesOf(answers.map(({ remarks }) => remarks));
  const noted = first && notices.length > 0 ? { ...first, meta: { ...first.meta, notices } } : first;
  return {
    data: noted ? [noted, ...others] : [],
    ...(errors.length > 0 && { errors }),
    state: errors.length > 0 ? LoadingState.Error : LoadingState.Done,
  };
}
