import type { FetchResponse } from '@grafana/runtime';
import { firstValueFrom, Observable, of, Subject, tap, throwError } from 'rxjs';
import { ApiError } from './apiError';
import { createApi, type Api } from './client';

type Fetch = NonNullable<Parameters<typeof createApi>[1]>;
type Options = Parameters<Fetch>[0];

/** Grafana's service as far as the client uses it: answers when told to, and remembers who gave up. */
function fakeFetch() {
  const sent: Options[] = [];
  const aborted: string[] = [];
  const answers: Array<Subject<FetchResponse<unknown>>> = [];
  const fetch = (options: Options) =>
    new Observable((observer) => {
      sent.push(options);
      const answer = new Subject<FetchResponse<unknown>>();
      answers.push(answer);
      let isAnswered = false;
      const subscription = answer.pipe(tap({ complete: () => (isAnswered = true) })).subscribe(observer);
      return () => {
        if (!isAnswered) aborted.push(options.url);
        subscription.unsubscribe();
      };
    });
  const reply = (index: number, data: unknown) => {
    answers[index].next({ data } as FetchResponse<unknown>);
    answers[index].complete();
  };
  // The real one is generic in the type of the data, which a fake cannot know.
  return { sent, aborted, reply, fetch: fetch as Fetch };
}

const failing =
  (error: unknown): Fetch =>
  () =>
    throwError(() => error);

const errorOf = (fetch: Fetch): Promise<unknown> =>
  firstValueFrom(createApi('/proxy', fetch).status()).catch((error: unknown) => error);

describe('requests', () => {
  it('are sent to the proxy without an alert of Grafana', () => {
    const { sent, fetch } = fakeFetch();
    createApi('/proxy', fetch)
      .usage({ from: 'a', to: 'b', measures: ['calls'] })
      .subscribe();
    expect(sent).toEqual([
      {
        method: 'POST',
        url: '/proxy/api/v1/query',
        data: { from: 'a', to: 'b', measures: ['calls'] },
        showErrorAlert: false,
      },
    ]);
  });

  it.each<[string, (api: Api) => Observable<unknown>]>([
    ['traces/a%2Fb', (api) => api.trace('a/b')],
    ['conversations?conversation_id=c%3F%2F&org_id=acme', (api) => api.conversation('c?/', 'acme')],
    ['conversations?conversation_id=c', (api) => api.conversation('c')],
    ['events/t/s/cost?realm=team', (api) => api.cost('t', 's', { realm: 'team' })],
    [
      'annotations?from=a&to=b&kind=price_change&kind=day_restated&model=x+y',
      (api) =>
        api.annotations({ from: 'a', to: 'b', kind: ['price_change', 'day_restated'], model: ['x y'] }),
    ],
  ])('have ids and lists escaped: %s', (path, call) => {
    const { sent, fetch } = fakeFetch();
    call(createApi('/proxy', fetch)).subscribe();
    expect(sent[0]?.url).toBe(`/proxy/api/v1/${path}`);
  });
});

describe('identical requests', () => {
  it('wait for one answer while it is under way', () => {
    const { sent, reply, fetch } = fakeFetch();
    const api = createApi('/proxy', fetch);
    const got: unknown[] = [];
    api.usage({ from: 'a', to: 'b', measures: ['calls'] }).subscribe((answer) => got.push(answer));
    api.usage({ from: 'a', to: 'b', measures: ['calls'] }).subscribe((answer) => got.push(answer));
    api.usage({ from: 'a', to: 'c', measures: ['calls'] }).subscribe();
    expect(sent).toHaveLength(2);
    reply(0, { rows: [] });
    expect(got).toEqual([{ rows: [] }, { rows: [] }]);
  });

  it('are asked again once answered', () => {
    const { sent, reply, fetch } = fakeFetch();
    const api = createApi('/proxy', fetch);
    api.status().subscribe();
    reply(0, {});
    api.status().subscribe();
    expect(sent).toHaveLength(2);
  });

  it('are aborted by the last who gives up, not by the first', () => {
    const { sent, aborted, fetch } = fakeFetch();
    const api = createApi('/proxy', fetch);
    const first = api.jobs().subscribe();
    const second = api.jobs().subscribe();
    first.unsubscribe();
    expect(aborted).toEqual([]);
    second.unsubscribe();
    expect(aborted).toEqual(['/proxy/api/v1/jobs']);
    api.jobs().subscribe();
    expect(sent).toHaveLength(2);
  });

  it('fail together, and may be tried again', () => {
    let failures = 0;
    const fetch: Fetch = () => {
      failures += 1;
      return throwError(() => ({ status: 502, data: '', config: { url: '' } }));
    };
    const api = createApi('/proxy', fetch);
    api.status().subscribe({ error: () => undefined });
    api.status().subscribe({ error: () => undefined });
    expect(failures).toBe(2);
  });
});

describe('errors', () => {
  const fetchError = (status: number, data: unknown) => ({ status, data, config: { url: '/x' } });
  const grafana = (message: string) => ({ message, messageId: 'x' });

  it.each([
    [
      fetchError(422, { status: 422, code: 'not_exact', detail: 'Start there.' }),
      422,
      'not_exact',
      /^Start there\.$/,
    ],
    [
      fetchError(503, { status: 503, code: 'grafana_away', detail: 'Away.' }),
      503,
      'grafana_away',
      /^Away\.$/,
    ],
    [
      fetchError(403, { status: 403, code: 'no_grafana_identity', detail: 'Who?' }),
      403,
      'no_grafana_identity',
      /^Who\?$/,
    ],
    [
      fetchError(403, grafana('Permissions needed: datasources:query')),
      403,
      'no_permission',
      /administrator/,
    ],
    [fetchError(400, grafana('Authentication to data source failed')), 400, 'refused_login', /URL .*key/],
    [fetchError(400, grafana('invalid data source URL')), 400, 'bad_request', /invalid data source URL/],
    [fetchError(401, grafana('Unauthorized')), 401, 'signed_out', /Sign in/],
    [fetchError(404, 'Not found'), 404, 'not_found', /settings/],
    [fetchError(502, ''), 502, 'backend_unreachable', /Check that it runs/],
    [fetchError(504, ''), 504, 'backend_timeout', /shorter time range/],
    [fetchError(500, grafana('boom')), 500, 'unexpected_status', /500: boom/],
    [fetchError(0, undefined), 0, 'grafana_unreachable', /connection/],
    [new TypeError('Failed to fetch'), 0, 'grafana_unreachable', /connection/],
  ])('%j tell what to do', async (failure, status, code, message) => {
    const error = await errorOf(failing(failure));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status, code, message: expect.stringMatching(message) });
  });

  it('keep the fields that the backend names', async () => {
    const errors = [{ field: 'interval', message: 'Too fine.' }];
    const error = await errorOf(
      failing(fetchError(422, { status: 422, code: 'not_exact', detail: 'x', errors })),
    );
    expect(error).toMatchObject({ errors });
  });

  it('tell that something else answers at the URL', async () => {
    const page = { data: '<!doctype html>' } as FetchResponse<unknown>;
    const error = await errorOf((() => of(page)) as Fetch);
    expect(error).toMatchObject({ code: 'not_tokenledger' });
  });
});
