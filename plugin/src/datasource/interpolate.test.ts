import type { Operator } from '../api/wire';
import { interpolateQuery } from './interpolate';
import { interpolateFilter } from './interpolateFilter';
import { DEFAULTS, type TraceQuery } from './query';
import { fakeReplace } from './testing/fakeReplace';

const replace = fakeReplace({
  one: { value: 'gpt-4o' },
  listOfOne: { value: ['gpt-4o'] },
  many: { value: ['a.b', 'c|d'] },
  sizes: { value: ['4o', '4.1'] },
  empty: { value: [] },
  blank: { value: '' },
  all: { value: ['x', 'y'], includeAll: true, isAll: true },
  unloaded: { value: '$__all', includeAll: true, isAll: true },
  everything: { value: [], includeAll: true, isAll: true, allValue: '.*' },
  family: { value: [], includeAll: true, isAll: true, allValue: 'gpt-.*' },
  named: { value: 'All', includeAll: false },
  repeated: { value: 'x', includeAll: true },
  typed: { value: 'gpt-.*', type: 'textbox' },
  nothing: { value: ['(none)'] },
  mixed: { value: ['(none)', 'x'] },
});

const filter = (operator: Operator, ...values: string[]) => ({ dimension: 'model', operator, values });
const interpolated = (operator: Operator, ...values: string[]) =>
  interpolateFilter(filter(operator, ...values), replace).map((one) => [one.operator, ...one.values]);

describe('interpolateFilter', () => {
  it.each<[Operator, string[], unknown[]]>([
    // One value, however the variable is written
    ['=', ['plain'], [['=', 'plain']]],
    ['=', ['$one'], [['=', 'gpt-4o']]],
    ['=', ['${one}'], [['=', 'gpt-4o']]],
    ['=', ['[[one]]'], [['=', 'gpt-4o']]],
    ['=', ['${one:regex}'], [['=', 'gpt-4o']]],
    ['=', ['$listOfOne'], [['=', 'gpt-4o']]],
    ['=', ['$unknown'], [['=', '$unknown']]],
    ['=', ['in-$one-x'], [['=', 'in-gpt-4o-x']]],
    ['in', ['$one', 'b'], [['in', 'gpt-4o', 'b']]],
    // Several
    ['=', ['$many'], [['in', 'a.b', 'c|d']]],
    ['=', ['${many:csv}'], [['in', 'a.b', 'c|d']]],
    ['!=', ['$many'], [['not in', 'a.b', 'c|d']]],
    ['in', ['$many', 'e', 'a.b'], [['in', 'a.b', 'c|d', 'e']]],
    ['=', ['gpt-$sizes'], [['in', 'gpt-4o', 'gpt-4.1']]],
    // Expressions
    ['=~', ['$many'], [['=~', 'a\\.b|c\\|d']]],
    ['!~', ['$many'], [['!~', 'a\\.b|c\\|d']]],
    ['=~', ['gpt-$sizes'], [['=~', 'gpt-4o|gpt-4\\.1']]],
    ['=~', ['(x|$sizes)'], [['=~', 'x|4o|x|4\\.1']]],
    ['=~', ['gpt-.*'], [['=~', 'gpt-.*']]],
    ['=~', ['$typed'], [['=~', 'gpt-.*']]],
    ['contains', ['$sizes'], [['=~', '.*4o.*|.*4\\.1.*']]],
    ['contains', ['$one'], [['contains', 'gpt-4o']]],
    // All
    ['=', ['$all'], []],
    ['in', ['${all:csv}'], []],
    ['=~', ['$all'], []],
    ['=', ['$unloaded'], []],
    ['=', ['$everything'], []],
    ['=', ['$family'], [['=~', 'gpt-.*']]],
    ['not in', ['$family'], [['!~', 'gpt-.*']]],
    ['not in', ['$all'], [['is null']]],
    ['!=', ['$everything'], [['is null']]],
    ['=', ['$named'], [['=', 'All']]],
    ['=', ['$repeated'], [['=', 'x']]],
    // Nothing chosen
    ['=', ['$empty'], []],
    ['=', ['$blank'], []],
    ['=~', ['$empty'], []],
    ['!=', [''], []],
    ['in', [], []],
    ['contains', ['$blank'], []],
    // What has no value
    ['=', ['$nothing'], [['is null']]],
    ['=~', ['$nothing'], [['is null']]],
    ['!=', ['$nothing'], [['is not null']]],
    ['not in', ['$mixed'], [['is not null'], ['!=', 'x']]],
    ['!~', ['$mixed'], [['is not null'], ['!~', 'x']]],
    ['is null', ['left over'], [['is null']]],
    ['is not null', [], [['is not null']]],
  ])('%s %j becomes %j', (operator, values, expected) => {
    expect(interpolated(operator, ...values)).toEqual(expected);
  });

  it.each<Operator>(['=', 'in', '=~'])('refuses "(none)" beside other values: %s', (operator) => {
    expect(() => interpolated(operator, '$mixed')).toThrow(/Choose it alone/);
  });

  it('keeps the other fields of the filter', () => {
    expect(interpolateFilter(filter('=', 'a'), replace)).toEqual([filter('=', 'a')]);
  });
});

describe('interpolateQuery', () => {
  const trace = (id: string): TraceQuery => ({ refId: 'A', ...DEFAULTS.trace, id });

  it.each([
    ['$one', 'gpt-4o'],
    [' abc ', 'abc'],
    ['$blank', ''],
    ['$empty', ''],
  ])('finds the one id of %j', (id, expected) => {
    expect(interpolateQuery(trace(id), replace)).toMatchObject({ id: expected });
  });

  it.each(['$many', '$all', '$family'])('refuses more than one id: %s', (id) => {
    expect(() => interpolateQuery(trace(id), replace)).toThrow(/Choose one value/);
  });

  it('replaces the filters of usage, calls and annotations', () => {
    const filters = [filter('=', '$many'), filter('=', '$all')];
    const expected = { filters: [filter('in', 'a.b', 'c|d')] };
    for (const queryType of ['usage', 'annotations', 'calls'] as const) {
      const query = { refId: 'A', ...DEFAULTS[queryType], filters };
      // The filters of calls have a field instead of a dimension; neither is looked at.
      expect(interpolateQuery(query as never, replace)).toMatchObject(expected);
    }
  });
});
