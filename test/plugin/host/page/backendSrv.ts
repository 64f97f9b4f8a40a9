import { lastValueFrom, Observable } from 'rxjs';
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';

/** Stands for Grafana's way to its server: an Observable whose end aborts the request, and one request per `requestId`. */
export function createBackendSrv(): BackendSrv {
  const running = new Map<string, AbortController>();

  const fetch = <T>(options: BackendSrvRequest): Observable<FetchResponse<T>> =>
    new Observable((subscriber) => {
      const abort = new AbortController();
      if (options.requestId !== undefined) {
        running.get(options.requestId)?.abort();
        running.set(options.requestId, abort);
      }
      send<T>(options, abort.signal).then(
        (response) => {
          if (response.ok) {
            subscriber.next(response);
            subscriber.complete();
          } else {
            subscriber.error(response);
          }
        },
        (error: unknown) => {
          const cancelled = abort.signal.aborted;
          const failure: Partial<FetchError> = {
            status: cancelled ? -1 : 0,
            cancelled,
            config: options,
            data: {},
          };
          subscriber.error({ ...failure, statusText: String(error) });
        },
      );
      return () => abort.abort();
    });

  const one = async <T>(options: BackendSrvRequest): Promise<T> =>
    (await lastValueFrom(fetch<T>(options))).data;
  const service: Partial<BackendSrv> = {
    fetch,
    get: (url, params, requestId) => one({ url, params, ...(requestId !== undefined && { requestId }) }),
    post: (url, data) => one({ url, data, method: 'POST' }),
    request: (options) => one(options),
  };
  return service as BackendSrv;
}

type Parameter = string | number | boolean | null | undefined;
type Parameters = Record<string, Parameter | Parameter[]>;

async function send<T>(options: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
  const { url, method = 'GET', data, params, headers } = options;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((params ?? {}) as Parameters)) {
    for (const item of [value].flat()) {
      if (item !== undefined && item !== null) {
        query.append(name, String(item));
      }
    }
  }
  const search = query.toString();
  const response = await window.fetch(
    search === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${search}`,
    {
      method,
      headers: {
        accept: 'application/json, text/plain, */*',
        'content-type': 'application/json',
        ...headers,
      },
      signal,
      ...(data !== undefined && { body: JSON.stringify(data) }),
    },
  );
  const text = await response.text();
  return {
    data: parsed(text) as T,
    status: response.status,
    statusText: response.statusText,
    ok: response.ok,
    headers: response.headers,
    redirected: response.redirected,
    type: response.type,
    url: response.url,
    config: options,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
