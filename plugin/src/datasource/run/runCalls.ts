import { map, type Observable } from 'rxjs';
import { callsTable } from '../frames/calls';
import { conversationLinks, requestLink, traceLinks } from '../links/links';
import type { CallsQuery } from '../query';
import { wireTimes } from '../time/period';
import type { Answer, RunContext } from './answer';
import { callsCoverage } from './coverage';
import { selectionName } from './selection';

export function runCalls(
  { refId, filters, orderBy, direction, limit }: CallsQuery,
  { api, period, source }: RunContext,
): Observable<Answer> {
  const search = {
    ...wireTimes(period),
    filters,
    order_by: { field: orderBy, direction },
    limit,
  };
  const links = {
    request: [requestLink(source)],
    trace: traceLinks(source),
    conversation: conversationLinks(source),
  };
  return api.searchEvents(search).pipe(
    map(({ events, truncated, totals }) => ({
      frames: [callsTable(refId, events, links)],
      remarks: {
        coverage: [
          callsCoverage(
            selectionName(
              period,
              filters.map(({ field, ...filter }) => ({ name: field, ...filter })),
            ),
            totals,
          ),
        ],
        notes: truncated ? [`Only ${limit.toLocaleString('en-US')} of the calls are listed.`] : [],
      },
    })),
  );
}
