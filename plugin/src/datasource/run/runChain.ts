import { map, of, type Observable } from 'rxjs';
import type { Conversation, Trace } from '../../api/wire';
import { costTable } from '../frames/cost';
import { stepsTable } from '../frames/steps';
import { conversationFrame, traceFrame } from '../frames/trace';
import { requestLink, spanLinks } from '../links/links';
import type { CostQuery, TraceQuery } from '../query';
import type { Answer, RunContext } from './answer';
import { callsCoverage } from './coverage';

/** Of no id (a variable that is still empty) there is nothing to show. */
const NOTHING: Answer = { frames: [], remarks: { coverage: [], notes: [] } };

export function runTrace(query: TraceQuery, { api, source }: RunContext): Observable<Answer> {
  const { refId, chain, format, id } = query;
  if (id === '') return of(NOTHING);
  const steps = ({ spans }: Trace | Conversation) => stepsTable(refId, spans, [requestLink(source)]);
  if (chain === 'conversation') {
    return api.conversation(id).pipe(
      map((conversation) => ({
        frames: [format === 'table' ? steps(conversation) : conversationFrame(refId, conversation)],
        remarks: remarksOf(`conversation ${id}`, conversation),
      })),
    );
  }
  return api.trace(id).pipe(
    map((trace) => ({
      frames: [format === 'table' ? steps(trace) : traceFrame(refId, trace, spanLinks(source, id))],
      remarks: remarksOf(`trace ${id}`, trace),
    })),
  );
}

function remarksOf(selection: string, { partial, truncated, totals, spans }: Trace | Conversation) {
  const notes = [];
  if (partial) notes.push('Some spans have not arrived yet, or are not yours to see.');
  if (truncated) notes.push(`Only the first ${spans.length.toLocaleString('en-US')} spans are shown.`);
  return { coverage: [callsCoverage(selection, totals)], notes };
}

export function runCost({ refId, traceId, spanId }: CostQuery, { api }: RunContext): Observable<Answer> {
  if (traceId === '' || spanId === '') return of(NOTHING);
  return api.cost(traceId, spanId).pipe(
    map((explanation) => ({
      frames: [costTable(refId, explanation)],
      remarks: {
        coverage: [
          {
            selection: `call ${traceId} ${spanId}`,
            pendingCalls: explanation.event.cost_status === 'pending' ? 1 : 0,
            billableCalls: explanation.event.cost_status === 'unbilled' ? 0 : 1,
            cost: null,
            inexactCost: null,
          },
        ],
        notes: [explanation.message],
      },
    })),
  );
}
