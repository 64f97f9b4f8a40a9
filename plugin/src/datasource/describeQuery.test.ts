import { describeQuery } from './describeQuery';
import { DEFAULTS, type TokenledgerQuery } from './query';

const usage = { refId: 'A', ...DEFAULTS.usage };
const calls = { refId: 'A', ...DEFAULTS.calls };

describe('describeQuery', () => {
  it.each<[TokenledgerQuery, string]>([
    [usage, 'Cost by organisation over time, the 10 greatest'],
    [
      {
        ...usage,
        interval: '1d',
        filters: [{ dimension: 'model', operator: '=', values: ['gpt-4o'] }],
      },
      'Cost by organisation per day, the 10 greatest, where model is gpt-4o',
    ],
    [
      {
        ...usage,
        measures: ['cost_usd', 'calls'],
        groupBy: [],
        interval: 'none',
        compare: 'previous_period',
      },
      'Cost and calls over the whole time range, beside the previous period',
    ],
    [
      { ...usage, interval: 'none', compare: 'previous_period', rankBy: 'change' },
      'Cost by organisation over the whole time range, the 10 that changed most, beside the previous period',
    ],
    [
      { ...usage, interval: 'none', compare: 'previous_period', rankBy: 'fall', top: 1 },
      'Cost by organisation over the whole time range, the one that fell most, beside the previous period',
    ],
    [
      { ...usage, interval: 'none', compare: 'previous_period', rankBy: 'rise', top: null },
      'Cost by organisation over the whole time range, those that rose, beside the previous period',
    ],
    [{ ...usage, groupBy: [], interval: 'none', period: 'today' }, 'Cost of today so far'],
    [{ ...usage, rankBy: 'change' }, 'Cost by organisation over time, the 10 greatest'],
    [
      { ...usage, measures: ['duration_ms_p95'], groupBy: ['provider', 'model'], top: 1, interval: '1mo' },
      'Duration, p95 by provider and model per month, the greatest',
    ],
    [
      { ...usage, measures: ['cost_usd', '$Measure'], groupBy: ['${Dim}', 'model'], interval: '[[Step]]' },
      'Cost and $Measure by ${Dim} and model per [[Step]], the 10 greatest',
    ],
    [{ ...usage, measures: [], groupBy: [], top: null }, 'Nothing yet over time'],
    [calls, 'The 100 newest calls'],
    [
      {
        ...calls,
        orderBy: 'cost_usd',
        limit: 5,
        filters: [
          { field: 'cost_status', operator: 'in', values: ['priced', 'unbilled'] },
          { field: 'user_id', operator: 'is null', values: [] },
          { field: 'model', operator: 'not in', values: ['a', 'b', 'c', 'd', 'e'] },
          { field: 'kind', operator: '=', values: [''] },
        ],
      },
      'The 5 most expensive calls where cost status is priced or unbilled and user is not set and model is not a, b, c nor 2 others',
    ],
    [{ refId: 'A', ...DEFAULTS.trace, id: '$trace' }, 'The chain of request $trace'],
    [{ refId: 'A', ...DEFAULTS.trace, chain: 'conversation', id: 'c1' }, 'All requests of conversation c1'],
    [{ refId: 'A', ...DEFAULTS.trace }, 'The chain of a request: no trace id yet'],
    [
      { refId: 'A', ...DEFAULTS.cost, traceId: 't', spanId: 's' },
      'Why call s of request t costs what it costs',
    ],
    [{ refId: 'A', ...DEFAULTS.annotations }, 'Price changes, pending calls recovered and days restated'],
  ])('tells %j', (query, expected) => {
    expect(describeQuery(query)).toBe(expected);
  });
});
