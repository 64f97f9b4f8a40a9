import { readRange } from '../../format/timeRange';
import {
  dimensionFilters,
  readCallsState,
  searchOf,
  withFilter,
  withOrder,
  withValue,
  writeCallsState,
  type CallsState,
} from './callsState';

const read = (query: string) => readCallsState(new URLSearchParams(query));
const write = (state: CallsState, before = '') =>
  writeCallsState(state, new URLSearchParams(before)).toString();

function search(query: string) {
  const range = readRange({ from: '1000', to: '2000' });
  if (!range) {
    throw new Error('no range');
  }
  return searchOf(read(query), range);
}

describe('the address', () => {
  it('means the last day, newest first, when it says nothing', () => {
    expect(read('')).toEqual({
      from: 'now-24h',
      to: 'now',
      filters: [],
      orderBy: 'started_at',
      direction: 'desc',
      limit: 100,
    });
  });

  it('is read and written without a loss', () => {
    const address =
      'ds=x&from=1&to=now&status=pending&reason=unknown_model&model=a&model=b&org_id=acme&orderBy=cost_usd&direction=asc&limit=1000';
    expect(new Set(write(read(address), address).split('&'))).toEqual(new Set(address.split('&')));
  });

  it('takes the fields by their own names, too', () => {
    expect(read('cost_status=pending').filters).toEqual([{ field: 'cost_status', values: ['pending'] }]);
  });

  it('keeps what is not its own', () => {
    expect(write(withFilter(read('model=a'), 'model', []), 'ds=x&model=a')).toBe('ds=x&from=now-24h&to=now');
  });

  it('forgets what it does not know', () => {
    expect(read('orderBy=colour&direction=up&limit=7&colour=red')).toEqual(read(''));
  });
});

describe('the question', () => {
  it('is for calls, in the range, in the order asked', () => {
    expect(search('orderBy=cost_usd')).toEqual({
      from: '1970-01-01T00:00:01.000Z',
      to: '1970-01-01T00:00:02.000Z',
      filters: [{ field: 'kind', operator: '=', values: ['call'] }],
      order_by: { field: 'cost_usd', direction: 'desc' },
      limit: 100,
    });
  });

  it.each([
    ['model=a', { field: 'model', operator: '=', values: ['a'] }],
    ['model=a&model=b&model=a', { field: 'model', operator: 'in', values: ['a', 'b'] }],
    ['model=', { field: 'model', operator: 'is null', values: [] }],
    ['model=a&model=', { field: 'model', operator: 'is null', values: [] }],
  ])('%s', (query, filter) => {
    expect(search(query).filters).toContainEqual(filter);
  });

  it('is about whole days: Grafana writes the end of one as its last millisecond', () => {
    const day = readRange({ from: '2026-11-22T00:00:00.000Z', to: '2026-11-22T23:59:59.999Z' });
    expect(day && searchOf(read(''), day)).toMatchObject({
      from: '2026-11-22T00:00:00.000Z',
      to: '2026-11-23T00:00:00.000Z',
    });
  });

  it('is for repeats where the address says so', () => {
    expect(search('kind=repeat').filters).toEqual([{ field: 'kind', operator: '=', values: ['repeat'] }]);
  });
});

it('narrows the values of a dimension by the other dimensions only', () => {
  expect(dimensionFilters(read('org_id=acme&model=a&status=pending'), 'model')).toEqual([
    { dimension: 'org_id', operator: '=', values: ['acme'] },
  ]);
});

it('turns the order around', () => {
  const once = withOrder(read(''), 'cost_usd');
  expect(once).toMatchObject({ orderBy: 'cost_usd', direction: 'desc' });
  expect(withOrder(once, 'cost_usd')).toMatchObject({ direction: 'asc' });
  expect(withOrder(withOrder(once, 'cost_usd'), 'cost_usd')).toMatchObject({ direction: 'desc' });
});

it('adds a value to those of its field; "not set" stands alone', () => {
  const two = withValue(read('model=a'), 'model', 'b');
  expect(two.filters).toEqual([{ field: 'model', values: ['a', 'b'] }]);
  expect(withValue(two, 'model', 'a').filters).toEqual([{ field: 'model', values: ['b', 'a'] }]);
  const none = withValue(two, 'model', '');
  expect(none.filters).toEqual([{ field: 'model', values: [''] }]);
  expect(withValue(none, 'model', 'c').filters).toEqual([{ field: 'model', values: ['c'] }]);
});
