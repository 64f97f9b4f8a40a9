import { changeOf, changeRatio } from './change';

describe('a change', () => {
  it.each([
    ['a rise', { cost_usd: '3' }, { cost_usd: '2' }, 1, 0.5],
    ['a fall', { cost_usd: '0.5' }, { cost_usd: '2' }, -1.5, -0.75],
    ['nothing', { cost_usd: '2.0' }, { cost_usd: '2' }, 0, 0],
    ['who is new', { cost_usd: '3' }, undefined, 3, null],
    ['who stopped', undefined, { cost_usd: '2' }, -2, -1],
    ['a cost that is not known now', { cost_usd: null }, { cost_usd: '2' }, null, null],
    ['a cost that was not known then', { cost_usd: '2' }, { cost_usd: null }, null, null],
  ])('of cost tells %s', (_, row, previous, change, ratio) => {
    expect(changeOf('cost_usd', row, previous)).toBe(change);
    expect(changeRatio('cost_usd', row, previous)).toBe(ratio);
  });

  it('of money is exact: the 18th digit of millions', () => {
    const [row, previous] = [{ cost_usd: '12345678.000000000000000003' }, { cost_usd: '12345678' }];
    expect(changeOf('cost_usd', row, previous)).toBe(3e-18);
    expect(changeOf('cost_usd', { cost_usd: '-0.5' }, { cost_usd: '0.25' })).toBe(-0.75);
  });

  it('of a rate or a mean that nothing is known of is unknown', () => {
    expect(changeOf('error_rate', { error_rate: 0.1 }, undefined)).toBeNull();
    expect(changeOf('cost_per_call', undefined, { cost_per_call: '1' })).toBeNull();
    expect(changeOf('calls', { calls: 3 }, undefined)).toBe(3);
  });
});
