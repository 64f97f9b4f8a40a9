import { migrateQuery } from './migrate';
import { DEFAULTS } from './query';

describe('migrateQuery', () => {
  it.each([
    ['what Explore starts with', { refId: 'A', datasource: { uid: 'x' } }],
    ['an empty query type', { refId: 'A', datasource: { uid: 'x' }, queryType: '' }],
    ['undefined fields', { refId: 'A', datasource: { uid: 'x' }, measures: undefined, queryType: undefined }],
  ])('makes the default query of %s', (_, saved) => {
    expect(migrateQuery(saved)).toEqual({ ...DEFAULTS.usage, refId: 'A', datasource: { uid: 'x' } });
  });

  it.each(['usage', 'calls', 'trace', 'cost', 'annotations'] as const)('fills in a %s query', (queryType) => {
    expect(migrateQuery({ refId: 'B', queryType })).toEqual({ ...DEFAULTS[queryType], refId: 'B' });
  });

  it('keeps what was saved, what Grafana adds and what nobody knows', () => {
    const saved = {
      refId: 'C',
      hide: true,
      key: 'Q-1',
      datasource: { uid: 'x', type: 'tokenledger-datasource' },
      queryType: 'usage',
      version: 1,
      measures: ['calls'],
      groupBy: [],
      filters: [{ dimension: 'model', operator: '=', values: ['$model'] }],
      period: 'today',
      interval: '1d',
      top: null,
      compare: 'previous_period',
      rankBy: 'rise',
      format: 'table',
      somebodys: 'field',
    };
    expect(migrateQuery(saved)).toEqual(saved);
  });

  it('ranks by value what was saved before there was another way', () => {
    expect(migrateQuery({ refId: 'A', version: 1, compare: 'previous_period' })).toMatchObject({
      rankBy: 'value',
    });
  });

  it('is done once: migrating twice changes nothing, and the input stays as it was', () => {
    const saved = Object.freeze({ refId: 'A', queryType: 'calls' });
    const once = migrateQuery(saved);
    expect(migrateQuery(once)).toEqual(once);
  });

  it('reads hand-written JSON with a text where a list belongs', () => {
    expect(migrateQuery({ refId: 'A', measures: 'cost_usd' })).toMatchObject({ measures: ['cost_usd'] });
  });

  it('leaves variables as they are written, wherever a name may stand', () => {
    const names = { measures: ['$measures'], groupBy: ['${dim}', 'model'], interval: '[[interval]]' };
    expect(migrateQuery({ refId: 'A', ...names })).toMatchObject(names);
  });

  it.each([
    ['x$dim', { groupBy: ['x$dim'] }],
    ['cost', { measures: ['cost_usd', 'cost'] }],
    ['customer', { groupBy: ['customer'] }],
    ['5m', { interval: '5m' }],
    ['most', { rankBy: 'most' }],
    ['customer', { filters: [{ dimension: 'customer', operator: '=', values: ['a'] }] }],
    ['is', { filters: [{ dimension: 'model', operator: 'is', values: ['a'] }] }],
    ['time', { queryType: 'calls', orderBy: 'time' }],
    ['status', { queryType: 'calls', filters: [{ field: 'status', operator: '=', values: ['pending'] }] }],
    ['price', { queryType: 'annotations', kinds: ['price'] }],
  ])('tells of a name that there is not: %s', (name, saved) => {
    expect(() => migrateQuery({ refId: 'A', ...saved })).toThrow(`"${name}"`);
  });

  it.each([
    { refId: 'A', queryType: 'forecast' },
    { refId: 'A', queryType: 'toString' },
    { refId: 'A', queryType: 'usage', version: 2 },
  ])('refuses what a newer plugin saved: %j', (saved) => {
    expect(() => migrateQuery(saved)).toThrow(/Update the plugin/);
  });
});
