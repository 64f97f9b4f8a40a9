import { getBackendSrv, type BackendSrv } from '@grafana/runtime';
import { catchError, map, throwError, type Observable } from 'rxjs';
import { apiErrorOf, refuseForeignAnswer } from './apiError';
import { mergeInFlight } from './mergeInFlight';
import type {
  AnnotationsRequest,
  Annotations,
  Conversation,
  CostExplanation,
  Dimension,
  DimensionValues,
  DimensionValuesRequest,
  EventSearch,
  EventSearchAnswer,
  Jobs,
  PendingReport,
  Status,
  Trace,
  UsageAnswer,
  UsageRequest,
} from './wire';

/** The backend's API. Each answer is one emission; every error is an `ApiError`. */
export interface Api {
  usage(request: UsageRequest): Observable<UsageAnswer>;
  searchEvents(search: EventSearch): Observable<EventSearchAnswer>;
  trace(traceId: string): Observable<Trace>;
  conversation(conversationId: string, orgId?: string): Observable<Conversation>;
  /** `realm` and `started_at` choose between several calls with the same ids (409 `several_events`). */
  cost(
    traceId: string,
    spanId: string,
    choice?: { realm?: string; started_at?: string },
  ): Observable<CostExplanation>;
  dimensionValues(dimension: Dimension, request?: DimensionValuesRequest): Observable<DimensionValues>;
  annotations(request: AnnotationsRequest): Observable<Annotations>;
  status(): Observable<Status>;
  pending(): Observable<PendingReport>;
  jobs(): Observable<Jobs>;
}

type Params = Record<string, string | readonly string[] | undefined>;

/**
 * @param url where Grafana's proxy answers for a data source: `instanceSettings.url`, or
 *   `/api/datasources/proxy/uid/<uid>` in the pages of the app
 * @param fetch Grafana's, unless a test says otherwise
 */
export function createApi(
  url: string,
  fetch: BackendSrv['fetch'] = (options) => getBackendSrv().fetch(options),
): Api {
  const merged = mergeInFlight();

  function request<T>(method: 'GET' | 'POST', path: string, data?: unknown): Observable<T> {
    const start = (): Observable<T> =>
      fetch<T>({ method, url: `${url}/api/v1/${path}`, data, showErrorAlert: false }).pipe(
        map((response) => refuseForeignAnswer(response.data)),
        catchError((error: unknown) => throwError(() => apiErrorOf(error))),
      );
    return merged(`${method} ${path} ${JSON.stringify(data)}`, start);
  }
  const get = <T>(path: string, params: Params = {}): Observable<T> =>
    request<T>('GET', `${path}${queryString(params)}`);
  const post = <T>(path: string, data: unknown): Observable<T> => request<T>('POST', path, data);

  return {
    usage: (asked) => post('query', asked),
    searchEvents: (search) => post('events/search', search),
    trace: (traceId) => get(`traces/${encodeURIComponent(traceId)}`),
    conversation: (id, orgId) => get('conversations', { conversation_id: id, org_id: orgId }),
    cost: (traceId, spanId, choice = {}) =>
      get(`events/${encodeURIComponent(traceId)}/${encodeURIComponent(spanId)}/cost`, { ...choice }),
    dimensionValues: (dimension, asked = {}) => post(`dimensions/${dimension}/values`, asked),
    annotations: (asked) => get('annotations', { ...asked }),
    status: () => get('status'),
    pending: () => get('pending'),
    jobs: () => get('jobs'),
  };
}

function queryString(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
