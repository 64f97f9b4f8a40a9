import type { AdHocVariableFilter } from '@grafana/data';
import { DEFAULTS, type CallsQuery, type TraceQuery, type UsageQuery } from '../query';
import { fromAdhoc, withAdhoc } from './adhocFilters';

const adhoc = (key: string, operator: string, value: string, values?: string[]): AdHocVariableFilter => ({
  key,
  operator,
  value,
  ...(values && { values }),
});

describe('fromAdhoc', () => {
  it.each([
    [adhoc('model', '=', 'a'), [{ field: 'model', operator: '=', values: ['a'] }]],
    [adhoc('model', '!=', 'a'), [{ field: 'model', operator: '!=', values: ['a'] }]],
    [adhoc('model', '=|', 'a', ['a', 'b']), [{ field: 'model', operator: 'in', values: ['a', 'b'] }]],
    [adhoc('model', '=|', 'a'), [{ field: 'model', operator: '=', values: ['a'] }]],
    [adhoc('model', '!=|', 'a', ['a', 'b']), [{ field: 'model', operator: 'not in', values: ['a', 'b'] }]],
    [adhoc('model', '=~', 'gpt-.*'), [{ field: 'model', operator: '=~', values: ['gpt-.*'] }]],
    [adhoc('model', '!~', 'gpt-.*'), [{ field: 'model', operator: '!~', values: ['gpt-.*'] }]],
    // As a cell of a table is filtered: by the name of its column.
    [adhoc('Organisation', '=', 'a'), [{ field: 'org_id', operator: '=', values: ['a'] }]],
    [adhoc('model', '=', '(none)'), [{ field: 'model', operator: 'is null', values: [] }]],
    [adhoc('model', '=', '$one'), [{ field: 'model', operator: '=', values: ['$one'] }]],
    [adhoc('model', '=', ''), []],
    [adhoc('', '=', ''), []],
  ])('reads %j', (filter, expected) => {
    expect(fromAdhoc([filter])).toEqual(expected);
  });

  it.each([
    [adhoc('model', '<', '5'), /Model < 5 cannot be applied/],
    [adhoc('colour', '=', 'red'), /nothing called "colour"/],
  ])('refuses %j: a number that ignores a filter would be wrong', (filter, message) => {
    expect(() => fromAdhoc([filter])).toThrow(message);
  });
});

describe('withAdhoc', () => {
  const usage: UsageQuery = { refId: 'A', ...DEFAULTS.usage };
  const calls: CallsQuery = { refId: 'A', ...DEFAULTS.calls };

  it('adds to the filters of the query', () => {
    const own = { dimension: 'org_id' as const, operator: '=' as const, values: ['acme'] };
    expect(withAdhoc({ ...usage, filters: [own] }, [adhoc('model', '=', 'a')])).toMatchObject({
      filters: [own, { dimension: 'model', operator: '=', values: ['a'] }],
    });
    expect(withAdhoc(calls, [adhoc('user_id', '=', 'u')])).toMatchObject({
      filters: [{ field: 'user_id', operator: '=', values: ['u'] }],
    });
  });

  it('refuses for sums what only single calls have', () => {
    expect(() => withAdhoc(usage, [adhoc('user_id', '=', 'u')])).toThrow(/not kept by user/);
  });

  it('leaves a chain as it is: its id chooses it', () => {
    const trace: TraceQuery = { refId: 'A', ...DEFAULTS.trace, id: 't' };
    expect(withAdhoc(trace, [adhoc('colour', '<', 'x')])).toBe(trace);
  });

  it('gives annotations the filters they know', () => {
    const query = { refId: 'A', ...DEFAULTS.annotations };
    const filters = [adhoc('model', '=', 'a'), adhoc('model', '!=', 'b'), adhoc('user_id', '=', 'u')];
    expect(withAdhoc(query, filters)).toMatchObject({
      filters: [{ dimension: 'model', operator: '=', values: ['a'] }],
    });
  });
});
