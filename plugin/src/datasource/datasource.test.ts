import {
  CoreApp,
  dateTime,
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
} from '@grafana/data';
import { setBackendSrv, setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { TokenledgerDataSource } from './datasource';
import { DEFAULTS, type TokenledgerOptions, type TokenledgerQuery, type VariableQuery } from './query';
import type { FormatValue } from './interpolateText';
import { anEvent, aSpan, aTrace } from './testing/events';
import { fakeBackend, FakeProblem } from './testing/fakeBackend';
import { fakeReplace, type FakeVariable } from './testing/fakeReplace';
import { columnsOf, pointsOf } from './testing/read';

const TOTALS = { cost_usd: '10', inexact_cost_usd: '0', priced_calls: 8, pending_calls: 2, coverage: 0.8 };

/** One row per interval start asked for would be too much to fake: one row, at the start of the time. */
function usageAnswer(body: Record<string, unknown>) {
  const time = body.interval === null ? {} : { time: body.from };
  return {
    rows: [{ ...time, org_id: 'acme', cost_usd: '10', calls: 10, other: false }],
    totals: TOTALS,
    meta: { groups: 1, truncated: false, from: body.from, to: body.to },
  };
}

function setUp(
  answer: Parameters<typeof fakeBackend>[0] = ({ body }) => usageAnswer(body),
  variables: Record<string, FakeVariable> = {},
) {
  const backend = fakeBackend(answer);
  setBackendSrv(backend.service);
  const replace = (text = '', scopedVars?: object, format?: string | FormatValue) =>
    fakeReplace({ ...variables, ...scopedVars })(text, format);
  setTemplateSrv({ replace, getVariables: () => [] } as unknown as TemplateSrv);
  const settings = { uid: 'ds1', name: 'Ledger', url: '/proxy', jsonData: {} };
  const source = new TokenledgerDataSource(settings as DataSourceInstanceSettings<TokenledgerOptions>);
  return { source, ...backend };
}

/** A query as it may have been saved. */
type Saved = { refId: string } & Record<string, unknown>;

function request(
  targets: Saved[],
  change: Partial<DataQueryRequest<TokenledgerQuery>> = {},
): DataQueryRequest<TokenledgerQuery> {
  const [from, to] = ['2026-11-20T00:00:00Z', '2026-11-23T00:00:00Z'].map((text) => dateTime(text));
  return {
    requestId: 'Q1',
    interval: '1m',
    intervalMs: 60_000,
    maxDataPoints: 10,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
    // Grafana hands on whatever was saved.
    targets: targets as unknown as TokenledgerQuery[],
    timezone: 'utc',
    app: CoreApp.Dashboard,
    startTime: 0,
    ...change,
  };
}

const ask = (
  source: TokenledgerDataSource,
  asked: DataQueryRequest<TokenledgerQuery>,
): Promise<DataQueryResponse> => firstValueFrom(source.query(asked));

const noticesOf = ({ data }: DataQueryResponse) => (data as DataFrame[]).map(({ meta }) => meta?.notices);

describe('a query', () => {
  it('of Explore, with nothing but its name, is the default query', async () => {
    const { source, asked } = setUp();
    const response = await ask(source, request([{ refId: 'A' }]));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      path: 'query',
      body: {
        from: '2026-11-20T00:00:00.000Z',
        to: '2026-11-23T00:00:00.000Z',
        time_zone: 'UTC',
        interval: '1d',
        group_by: ['org_id'],
        top: { count: 10, by: 'cost_usd' },
      },
    });
    expect((response.data as DataFrame[]).map(pointsOf)).toEqual([
      [
        ['11-20', 10],
        ['11-21', 0],
        ['11-22', 0],
      ],
    ]);
    expect(response.state).toBe(LoadingState.Done);
  });

  it('is answered by one emission, so that a refresh does not flicker', async () => {
    const { source } = setUp();
    const emissions = await lastValueFrom(
      source.query(request([{ refId: 'A' }, { refId: 'B', queryType: 'usage' }])).pipe(toArray()),
    );
    expect(emissions).toHaveLength(1);
  });

  it('that is hidden, or cannot be asked, is not asked', async () => {
    const { source, asked } = setUp();
    const response = await ask(
      source,
      request([
        { refId: 'A', hide: true },
        { refId: 'B', queryType: 'trace' },
        { refId: 'C', queryType: 'cost', traceId: 't' },
      ]),
    );
    expect([asked, response.data]).toEqual([[], []]);
  });

  it('that fails does not keep the others from being drawn', async () => {
    const { source } = setUp(({ path, body }) =>
      path === 'query' ? usageAnswer(body) : new FakeProblem(403, 'grafana_role_none', 'x'),
    );
    const response = await ask(
      source,
      request([
        { refId: 'A', queryType: 'calls' },
        { refId: 'B' },
        { refId: 'C', queryType: 'usage', version: 99 },
        { refId: 'D', queryType: 'usage', measures: [] },
      ]),
    );
    expect((response.data as DataFrame[]).map(({ refId }) => refId)).toEqual(['B']);
    expect(response.errors).toEqual([
      { refId: 'A', status: 403, message: 'grafana_role_none: do this.' },
      { refId: 'C', message: expect.stringContaining('Update the plugin') },
      { refId: 'D', message: 'Choose at least one measure.' },
    ]);
    expect(response.state).toBe(LoadingState.Error);
  });

  it('is aborted when nobody waits for it any more', () => {
    const { source, aborted } = setUp();
    const subscription = source
      .query(request([{ refId: 'A' }, { refId: 'B', queryType: 'calls' }]))
      .subscribe();
    subscription.unsubscribe();
    expect(aborted).toEqual(['query', 'events/search']);
  });

  it('that another panel asks too is asked once', async () => {
    const { source, asked } = setUp();
    await Promise.all([ask(source, request([{ refId: 'A' }])), ask(source, request([{ refId: 'B' }]))]);
    expect(asked).toHaveLength(1);
  });
});

describe('notices', () => {
  it('stand on the first frame only, and count calls once', async () => {
    const { source } = setUp();
    const response = await ask(
      source,
      request([{ refId: 'A' }, { refId: 'B', groupBy: [], format: 'table' } as const]),
    );
    expect(noticesOf(response)).toEqual([
      [{ severity: 'warning', text: '2 of 10 calls have no cost yet: the true cost is higher than shown.' }],
      undefined,
    ]);
  });

  it('do not speak of cost where none is shown', async () => {
    const { source } = setUp();
    expect(noticesOf(await ask(source, request([{ refId: 'A', measures: ['calls'] }])))).toEqual([undefined]);
  });
});

describe('the time', () => {
  it('may begin where events are still kept, and then it is said from when', async () => {
    const { source, asked } = setUp(({ body }) => ({
      ...usageAnswer(body),
      meta: { ...usageAnswer(body).meta, from: '2026-01-01T09:30:00.000Z' },
    }));
    const response = await ask(source, request([{ refId: 'A' }]));
    expect(asked[0]?.body.edges).toBe('kept');
    expect(JSON.stringify(noticesOf(response))).toContain('Counted from 2026-01-01 09:30 UTC to ');
  });

  it('is not spoken of where it is the one asked for', async () => {
    const { source } = setUp();
    expect(JSON.stringify(noticesOf(await ask(source, request([{ refId: 'A' }]))))).not.toContain('Counted');
  });
});

describe('the interval', () => {
  const [from, to] = ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'].map((text) => dateTime(text));
  const oneDay = { from, to, raw: { from, to } };

  it('follows the backend to what it can tell exactly', async () => {
    const { source, asked } = setUp(({ body }) =>
      body.interval === '15m' || body.interval === '1h'
        ? new FakeProblem(422, 'not_exact', 'interval')
        : usageAnswer(body),
    );
    const response = await ask(source, request([{ refId: 'A' }], { maxDataPoints: 1000, range: oneDay }));
    expect(asked.map(({ body }) => body.interval)).toEqual(['15m', '1h', '1d']);
    expect(response.errors).toBeUndefined();
  });

  it('is not changed where another field is at fault, or where it was chosen', async () => {
    const { source, asked } = setUp(() => new FakeProblem(422, 'not_exact', 'from'));
    const response = await ask(source, request([{ refId: 'A' }]));
    expect(asked).toHaveLength(1);
    expect(response.errors).toMatchObject([{ message: 'not_exact: do this.' }]);
    await ask(source, request([{ refId: 'A', interval: '1h' }]));
    expect(asked).toHaveLength(2);
  });

  it('is of UTC days where older ones are kept no finer, and says so', async () => {
    const { source, asked } = setUp(({ body }) =>
      body.time_zone === 'UTC' ? usageAnswer(body) : new FakeProblem(422, 'not_exact', 'interval'),
    );
    const inBerlin = request([{ refId: 'A', interval: '1d' }], { timezone: 'Europe/Berlin' });
    const response = await ask(source, inBerlin);
    expect(asked.map(({ body }) => body.time_zone)).toEqual(['Europe/Berlin', 'UTC']);
    expect(JSON.stringify(noticesOf(response))).toContain('Days are those of UTC');
  });

  it('gets longer where the points would be too many, and a line is never cut', async () => {
    const truncated = (body: Record<string, unknown>) => ({
      ...usageAnswer(body),
      meta: { ...usageAnswer(body).meta, groups: 1e6, truncated: true },
    });
    const { source, asked } = setUp(({ body }) =>
      body.interval === '1d' ? truncated(body) : usageAnswer(body),
    );
    await ask(source, request([{ refId: 'A' }]));
    expect(asked.map(({ body }) => body.interval)).toEqual(['1d', '1w']);
    const fixed = await ask(source, request([{ refId: 'A', interval: '1d' }]));
    expect(fixed.errors).toMatchObject([{ message: expect.stringContaining('Choose a longer interval') }]);
    const table = await ask(source, request([{ refId: 'A', interval: '1d', format: 'table' }]));
    expect(noticesOf(table)).toEqual([
      expect.arrayContaining([{ severity: 'info', text: 'Only the first 50,000 rows are shown.' }]),
    ]);
  });
});

describe('the previous period', () => {
  it('is asked for the groups that are shown, whichever were the greatest then', async () => {
    const { source, asked } = setUp();
    const response = await ask(source, request([{ refId: 'A', compare: 'previous_period' }]));
    expect(asked[1]?.body).toMatchObject({
      from: '2026-11-17T00:00:00.000Z',
      to: '2026-11-20T00:00:00.000Z',
      filters: [{ dimension: 'org_id', operator: 'in', values: ['acme'] }],
    });
    expect(asked[1]?.body).not.toHaveProperty('top');
    expect((response.data as DataFrame[]).map((frame) => frame.name)).toEqual(['acme', 'acme (previous)']);
    expect((response.data as DataFrame[]).map((frame) => pointsOf(frame)[0])).toEqual([
      ['11-20', 10],
      ['11-20', 10],
    ]);
  });
});

describe('a value of this month so far', () => {
  const soFar = { refId: 'A', groupBy: [], interval: 'none', compare: 'previous_period' };
  const asked = async (to: string, query: Saved = soFar) => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-20T10:30:00Z'));
    const { source, asked } = setUp();
    const [from, end] = [dateTime('2026-11-01T00:00:00Z'), dateTime(to)];
    const range = { from, to: end, raw: { from: 'now/M', to: 'now' } };
    const response = await ask(source, request([query], { range }));
    now.mockRestore();
    return { times: asked.map(({ body }) => [body.from, body.to]), response };
  };

  it('is beside that of the last month up to the same day and time, with what neither covers', async () => {
    const { times, response } = await asked('2026-11-20T10:30:00Z');
    expect(times[1]).toEqual(['2026-10-01T00:00:00.000Z', '2026-10-20T10:30:00.000Z']);
    expect((response.data as DataFrame[]).map(pointsOf)).toEqual([
      [
        ['10-01', 10],
        ['11-01', 10],
      ],
    ]);
    expect(noticesOf(response)).toMatchObject([
      [{ severity: 'warning', text: expect.stringMatching(/^4 of 20 calls have no cost yet/) }],
    ]);
  });

  it('is so also where the whole month was chosen, which is not over', async () => {
    const { times } = await asked('2026-12-01T00:00:00Z');
    expect(times).toEqual([
      ['2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
      ['2026-10-01T00:00:00.000Z', '2026-10-20T10:30:00.000Z'],
    ]);
    const line = await asked('2026-12-01T00:00:00Z', { ...soFar, interval: '1d' });
    expect(line.times[1]).toEqual(['2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z']);
  });

  it('is the same whatever time the dashboard shows, where the query says so', async () => {
    const { times, response } = await asked('2026-11-05T00:00:00Z', { ...soFar, period: 'this_month' });
    expect(times).toEqual([
      ['2026-11-01T00:00:00.000Z', '2026-11-20T10:30:00.000Z'],
      ['2026-10-01T00:00:00.000Z', '2026-10-20T10:30:00.000Z'],
    ]);
    expect((response.data as DataFrame[]).map(pointsOf)[0]?.[1]).toEqual(['11-01', 10]);
    const today = await asked('2026-11-05T00:00:00Z', { ...soFar, period: 'today' });
    expect(today.times[1]).toEqual(['2026-11-19T00:00:00.000Z', '2026-11-19T10:30:00.000Z']);
  });
});

describe('the groups that changed most', () => {
  const movers = {
    refId: 'A',
    compare: 'previous_period',
    rankBy: 'change',
    interval: 'none',
    format: 'table',
  };
  /** Of 200 organisations the greatest did not move; a small one grew, one stopped, one is new. */
  const costs = (isNow: boolean): Record<string, string> => ({
    ...Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`org ${index}`, `${1000 - index}`])),
    small: isNow ? '9' : '1',
    ...(isNow ? { fresh: '3' } : { gone: '5' }),
  });
  const twoPeriods = ({ body }: { body: Record<string, unknown> }) => ({
    ...usageAnswer(body),
    rows: Object.entries(costs(body.from === '2026-11-20T00:00:00.000Z')).map(([name, cost]) => ({
      org_id: name,
      cost_usd: cost,
      priced_calls: 1,
      pending_calls: name === 'small' ? 1 : 0,
    })),
  });

  it('are chosen among all of both periods, and shown with their change', async () => {
    const { source, asked } = setUp(twoPeriods);
    const response = await ask(source, request([{ ...movers, top: 2 }]));
    expect(asked.map(({ body }) => [body.from, body.top, body.filters])).toEqual([
      ['2026-11-20T00:00:00.000Z', undefined, []],
      ['2026-11-17T00:00:00.000Z', undefined, []],
    ]);
    expect(columnsOf(response.data[0] as DataFrame)).toMatchObject({
      org_id: ['small', 'gone'],
      cost_usd: [9, 0],
      cost_usd_previous: [1, 5],
      cost_usd_change: [8, -5],
      cost_usd_change_ratio: [8, -1],
    });
    // Of "small" half is known in both periods; "gone" is wholly known, and has no calls now.
    expect(noticesOf(response)).toEqual([
      [
        {
          severity: 'warning',
          text: expect.stringMatching(
            /Changes compare 50 % of the calls now with 66.7 % of them in the previous/,
          ),
        },
        { severity: 'info', text: expect.stringContaining('Shown are 2 of 3 groups that changed (Cost).') },
      ],
    ]);
  });

  it.each([
    ['rise', ['small', 'fresh']],
    ['fall', ['gone']],
  ])('may be those of a %s only', async (rankBy, names) => {
    const { source } = setUp(twoPeriods);
    const { data } = await ask(source, request([{ ...movers, rankBy }]));
    expect(columnsOf(data[0] as DataFrame).org_id).toEqual(names);
  });

  it('cannot be told over intervals, nor of a part of the groups', async () => {
    const { source } = setUp(twoPeriods);
    const over = await ask(source, request([{ ...movers, interval: '1d' }]));
    expect(over.errors?.[0]?.message).toContain('set the interval to "Whole time range"');
    const { source: large } = setUp(({ body }) => ({
      ...usageAnswer(body),
      meta: { groups: 60_000, truncated: true, from: body.from, to: body.to },
    }));
    expect((await ask(large, request([movers]))).errors?.[0]?.message).toContain('more than 50,000 groups');
  });

  it('are the greatest where nothing is compared', async () => {
    const { source, asked } = setUp();
    await ask(source, request([{ ...movers, compare: 'none' }]));
    expect(asked.map(({ body }) => body.top)).toEqual([{ count: 10, by: 'cost_usd' }]);
  });
});

describe('filters', () => {
  const model = { dimension: 'model' as const, operator: '=' as const, values: ['$model'] };

  it('have variables and ad-hoc filters in them', async () => {
    const { source, asked } = setUp(undefined, { model: { value: ['a', 'b'] } });
    const filters = [{ key: 'org_id', operator: '=|', value: 'x', values: ['x', 'y'] }];
    await ask(source, request([{ refId: 'A', filters: [model] }], { filters }));
    expect(asked[0]?.body.filters).toEqual([
      { dimension: 'model', operator: 'in', values: ['a', 'b'] },
      { dimension: 'org_id', operator: 'in', values: ['x', 'y'] },
    ]);
  });

  it('have the names that variables stand for, and the first measure of them ranks', async () => {
    const variables = {
      dim: { value: ['model', 'provider'] },
      what: { value: 'calls' },
      step: { value: '1d' },
    };
    const { source, asked } = setUp(undefined, variables);
    const query = { refId: 'A', groupBy: ['$dim'], measures: ['$what', 'cost_usd'], interval: '$step' };
    await ask(source, request([query]));
    expect(asked[0]?.body).toMatchObject({
      group_by: ['model', 'provider'],
      interval: '1d',
      top: { by: 'calls' },
    });
  });

  it('take the value of a repeated panel', async () => {
    const { source, asked } = setUp(undefined, { model: { value: ['a', 'b'] } });
    await ask(
      source,
      request([{ refId: 'A', filters: [model] }], { scopedVars: { model: { value: 'b', text: 'b' } } }),
    );
    expect(asked[0]?.body.filters).toEqual([{ dimension: 'model', operator: '=', values: ['b'] }]);
  });

  it('go along to Explore', () => {
    const { source } = setUp(undefined, { model: { value: ['a', 'b'] } });
    const queries = [{ refId: 'A', filters: [model] } as unknown as TokenledgerQuery];
    expect(
      source.interpolateVariablesInQueries(queries, {}, [{ key: 'org_id', operator: '=', value: 'x' }]),
    ).toEqual([
      {
        ...DEFAULTS.usage,
        refId: 'A',
        filters: [
          { dimension: 'model', operator: 'in', values: ['a', 'b'] },
          { dimension: 'org_id', operator: '=', values: ['x'] },
        ],
      },
    ]);
  });

  it.each([
    ['ADD_FILTER', '='],
    ['ADD_FILTER_OUT', '!='],
  ])('come from a cell of a table by %s', (type, operator) => {
    const { source } = setUp();
    const query: TokenledgerQuery = { refId: 'A', ...DEFAULTS.usage };
    expect(source.modifyQuery(query, { type, options: { key: 'model', value: 'a' } })).toEqual({
      ...query,
      filters: [{ dimension: 'model', operator, values: ['a'] }],
    });
  });
});

describe('what cannot be applied', () => {
  it('leaves the query as it is, which then tells why', () => {
    const { source } = setUp();
    const query = { refId: 'A', version: 9 } as TokenledgerQuery;
    expect(source.interpolateVariablesInQueries([query], {})).toEqual([query]);
    expect(source.modifyQuery(query, { type: 'ADD_FILTER', options: { key: 'x', value: 'y' } })).toBe(query);
  });
});

describe('annotations', () => {
  it.each([
    ['a new one', undefined, DEFAULTS.annotations],
    [
      'a saved one',
      { refId: 'X', kinds: ['price_change'] },
      { ...DEFAULTS.annotations, kinds: ['price_change'] },
    ],
  ])('ask by %s', (_, target, expected) => {
    const { source } = setUp();
    const annotation = { name: 'Prices', enable: true, iconColor: 'red', target: target as TokenledgerQuery };
    expect(source.annotations.prepareQuery?.(annotation)).toMatchObject(expected);
  });
});

describe('other queries', () => {
  it('of calls are searched as asked', async () => {
    const { source, asked } = setUp(() => ({
      events: [anEvent()],
      truncated: true,
      totals: { calls: 10, priced_calls: 9, pending_calls: 1, coverage: 0.9, cost_usd: '1', total_tokens: 5 },
    }));
    const response = await ask(
      source,
      request([{ refId: 'A', queryType: 'calls', orderBy: 'cost_usd', limit: 1 }]),
    );
    expect(asked[0]?.body).toMatchObject({
      order_by: { field: 'cost_usd', direction: 'desc' },
      limit: 1,
      filters: [],
    });
    expect(columnsOf(response.data[0])).toMatchObject({ trace_id: ['t1'] });
    expect(noticesOf(response)).toMatchObject([
      [{ text: expect.stringMatching(/^1 of 10 calls has/) }, { text: 'Only 1 of the calls are listed.' }],
    ]);
  });

  it('of a trace take its id from a variable; none is nothing', async () => {
    const trace = { refId: 'A', ...DEFAULTS.trace, id: '$trace' };
    const some = setUp(() => aTrace([aSpan()]), { trace: { value: 't1' } });
    expect((await ask(some.source, request([trace]))).data).toHaveLength(1);
    expect(some.asked[0]?.path).toBe('traces/t1');
    const none = setUp(() => aTrace([]), { trace: { value: '' } });
    expect(await ask(none.source, request([trace]))).toEqual({ data: [], state: LoadingState.Done });
    expect(none.asked).toEqual([]);
  });

  it('of annotations ask by kind and values', async () => {
    const { source, asked } = setUp(() => ({ annotations: [], truncated: false }));
    const filters = [
      { dimension: 'model' as const, operator: 'in' as const, values: ['a', 'b'] },
      { dimension: 'model' as const, operator: 'in' as const, values: ['b', 'c'] },
    ];
    await ask(source, request([{ refId: 'A', ...DEFAULTS.annotations, kinds: ['price_change'], filters }]));
    expect(asked[0]?.path).toBe(
      'annotations?from=2026-11-20T00%3A00%3A00.000Z&to=2026-11-23T00%3A00%3A00.000Z&kind=price_change&model=b',
    );
  });

  it('of annotations refuse filters that they cannot apply', async () => {
    const { source } = setUp();
    const filters = [{ dimension: 'model' as const, operator: '!=' as const, values: ['a'] }];
    const response = await ask(source, request([{ refId: 'A', ...DEFAULTS.annotations, filters }]));
    expect(response.errors).toMatchObject([{ message: expect.stringContaining('is one of') }]);
  });
});

describe('variables', () => {
  const values = {
    values: [
      { value: 'gpt-4o', calls: 5 },
      { value: null, calls: 1 },
    ],
    truncated: false,
  };

  it('offer the values of a dimension, narrowed by other variables', async () => {
    const { source, asked } = setUp(() => values, { org: { value: ['acme'] } });
    const query: VariableQuery = {
      refId: 'variable',
      dimension: 'model',
      filters: [{ dimension: 'org_id', operator: '=', values: ['$org'] }],
    };
    const scopedVars = { __searchFilter: { value: 'gpt', text: '' } };
    const response = await firstValueFrom(
      source.variables.query({ ...request([], { scopedVars }), targets: [query] }),
    );
    expect(asked[0]).toMatchObject({
      path: 'dimensions/model/values',
      body: { q: 'gpt', filters: [{ dimension: 'org_id', operator: '=', values: ['acme'] }] },
    });
    expect(response.data).toEqual([
      { text: 'gpt-4o', value: 'gpt-4o' },
      { text: '(none)', value: '(none)' },
    ]);
  });
});

describe('ad-hoc filters', () => {
  it('offer the dimensions, and for calls alone whatever a call has', async () => {
    const { source } = setUp();
    const keysFor = async (...types: string[]) => {
      const queries = types.map((queryType) => ({ refId: 'A', queryType })) as TokenledgerQuery[];
      return (await source.getTagKeys({ filters: [], queries })).map(({ value }) => value);
    };
    expect(await source.getTagKeys()).toContainEqual({ text: 'Organisation', value: 'org_id' });
    expect(await keysFor('usage', 'calls')).not.toContain('user_id');
    expect(await keysFor('calls')).toContain('user_id');
  });

  it('offer values that the other filters leave', async () => {
    const { source, asked } = setUp(() => ({ values: [{ value: 'a', calls: 1 }], truncated: false }));
    const filters = [
      { key: 'org_id', operator: '=', value: 'acme' },
      { key: 'model', operator: '=', value: 'old' },
    ];
    expect(await source.getTagValues({ key: 'model', filters })).toEqual({ data: [{ text: 'a' }] });
    expect(asked[0]).toMatchObject({
      path: 'dimensions/model/values',
      body: { filters: [{ dimension: 'org_id', operator: '=', values: ['acme'] }] },
    });
  });

  it('are values of a column, too, whose cell became a filter', async () => {
    const { source, asked } = setUp(() => ({ values: [{ value: 'a', calls: 1 }], truncated: false }));
    const filters = [{ key: 'Organisation', operator: '=', value: 'acme' }];
    expect(await source.getTagValues({ key: 'Organisation', filters })).toEqual({ data: [{ text: 'a' }] });
    expect(asked[0]).toMatchObject({ path: 'dimensions/org_id/values', body: { filters: [] } });
  });

  it('offer ids of the newest calls, and fixed lists without asking', async () => {
    const { source, asked } = setUp(() => ({
      events: [anEvent({ user_id: 'u1' }), anEvent({ user_id: 'u1' }), anEvent({ user_id: null })],
    }));
    expect(await source.getTagValues({ key: 'user_id', filters: [] })).toEqual({
      data: [{ text: 'u1' }, { text: '(none)' }],
    });
    expect(await source.getTagValues({ key: 'kind', filters: [] })).toMatchObject({
      data: [{ text: 'call' }, { text: 'repeat' }, { text: 'step' }],
    });
    expect(asked).toHaveLength(1);
  });

  it('tell why there are no values', async () => {
    const { source } = setUp(() => new FakeProblem(403, 'grafana_role_none', 'x'));
    expect(await source.getTagValues({ key: 'model', filters: [] })).toEqual({
      data: [],
      error: { message: 'grafana_role_none: do this.' },
    });
  });
});

describe('the text of a query', () => {
  it('is its summary, or why it cannot be read', () => {
    const { source } = setUp();
    expect(source.getQueryDisplayText({ refId: 'A' } as TokenledgerQuery)).toMatch(/^Cost by organisation/);
    expect(source.getQueryDisplayText({ refId: 'A', version: 9 } as TokenledgerQuery)).toMatch(
      /Update the plugin/,
    );
  });
});
