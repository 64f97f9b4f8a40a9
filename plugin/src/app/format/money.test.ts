import { exactMoneyText, moneyText } from './money';

describe('moneyText', () => {
  it.each([
    ['0', '$0.00'],
    ['0.000000000000000000', '$0.00'],
    ['17.822898120', '$17.82'],
    ['17.825', '$17.83'],
    ['999.999', '$1,000.00'],
    ['1234567.1', '$1,234,567.10'],
    ['0.5', '$0.50'],
    ['0.0003132', '$0.000313'],
    ['0.00031351', '$0.000314'],
    ['0.9999', '$1.00'],
    ['0.0000001', '< $0.000001'],
    ['0.00000123', '$0.00000123'],
    ['-3.456', '-$3.46'],
    ['00012.3', '$12.30'],
  ])('rounds %s to %s', (money, text) => {
    expect(moneyText(money)).toBe(text);
  });

  it('loses no digit of an amount that no float can hold', () => {
    expect(moneyText('9007199254740993.01')).toBe('$9,007,199,254,740,993.01');
  });

  it('shows a dash for an unknown cost, not zero', () => {
    expect(moneyText(null)).toBe('—');
  });
});

describe('exactMoneyText', () => {
  it.each([
    ['17.822898120', '17.82289812 USD'],
    ['0.000000000000000001', '0.000000000000000001 USD'],
    ['12345', '12,345 USD'],
    ['0', '0 USD'],
  ])('keeps every digit of %s', (money, text) => {
    expect(exactMoneyText(money)).toBe(text);
  });

  it('says that a cost is not known', () => {
    expect(exactMoneyText(null)).toBe('not known');
  });
});
