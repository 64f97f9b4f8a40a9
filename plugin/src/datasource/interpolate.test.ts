import type { Operator } from '../api/wire';
import { interpolateQuery } from './interpolate';
import { interpolateFilter } from './interpolateFilter';
import { DEFAULTS, type TraceQuery, type UsageQuery } from './query';
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
  dim: { value: 'model' },
  dims: { value: ['provider', 'model'] },
  allDims: { value: ['org_id', 'model'], type: 'custom', includeAll: true, isAll: true },
  measures: { value: ['calls', 'cost_usd'] },
  interval: { value: '1d' },
  intervals: { value: ['1h', '1d'] },
  minutes: { value: '5m' },
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

describe('the names in a usage query', () => {
  const run = (change: Partial<UsageQuery>) =>
    interpolateQuery({ refId: 'A', ...DEFAULTS.usage, ...change }, replace);

  it.each<[UsageQuery['groupBy'], string[]]>([
    [['$dim'], ['model']],
    [['${dim}'], ['model']],
    [['[[dim]]'], ['model']],
    [['$dims'], ['provider', 'model']],
    [['${dims:csv}'], ['provider', 'model']],
    [['$allDims'], ['org_id', 'model']],
    [
      ['model', '$dims', 'org_id', '$dim'],
      ['model', 'provider', 'org_id'],
    ],
    [['$empty'], []],
    [['$blank'], []],
    [['org_id', '$empty'], ['org_id']],
  ])('groups by what %j stands for, each once', (groupBy, expected) => {
    expect(run({ groupBy })).toMatchObject({ groupBy: expected });
  });

  it('are measures in the order chosen, so that the first one ranks', () => {
    expect(run({ measures: ['$measures', 'cost_usd', 'coverage'] })).toMatchObject({
      measures: ['calls', 'cost_usd', 'coverage'],
    });
  });

  it.each<[UsageQuery['interval'], string]>([
    ['$interval', '1d'],
    ['[[interval]]', '1d'],
    ['$blank', 'auto'],
    ['$empty', 'auto'],
    ['none', 'none'],
  ])('are one interval: %s', (interval, expected) => {
    expect(run({ interval })).toMatchObject({ interval: expected });
  });

  it('are not two intervals', () => {
    expect(() => run({ interval: '$intervals' })).toThrow(/more than one interval. Choose one value/);
  });

  it.each<[string, Partial<UsageQuery>]>([
    ['gpt-4o', { groupBy: ['$one'] }],
    ['$missing', { groupBy: ['$missing'] }],
    ['model', { measures: ['$dim'] }],
    ['5m', { interval: '$minutes' }],
    ['.*', { groupBy: ['$everything'] }],
  ])('must be there: %s', (name, change) => {
    expect(() => run(change)).toThrow(`This query names "${name}", which this plugin does not know.`);
  });
});
