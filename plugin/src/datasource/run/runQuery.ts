import { defer, type Observable } from 'rxjs';
import type { ResolvedQuery } from '../query';
import type { Answer, RunContext } from './answer';
import { runAnnotations } from './runAnnotations';
import { runCalls } from './runCalls';
import { runCost, runTrace } from './runChain';
import { runUsage } from './runUsage';

/** Asks the backend and makes frames of the answer: one emission, or an error whose message can be shown. */
export function runQuery(query: ResolvedQuery, context: RunContext): Observable<Answer> {
  return defer(() => {
    switch (query.queryType) {
      case 'usage':
        return runUsage(query, context);
      case 'calls':
        return runCalls(query, context);
      case 'trace':
        return runTrace(query, context);
      case 'cost':
        return runCost(query, context);
      case 'annotations':
        return runAnnotations(query, context);
    }
  });
}
