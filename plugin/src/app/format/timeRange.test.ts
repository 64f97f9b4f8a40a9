import { LAST_DAY, rawRangeOf, readRange, shiftedRange, zoomedOut } from './timeRange';

const at = (time: string) => String(Date.parse(time));
const noon = { from: at('2026-11-20T12:00:00Z'), to: at('2026-11-20T14:00:00Z') };

const readOrThrow = (raw: { from: string; to: string }) => {
  const range = readRange(raw);
  if (!range) {
    throw new Error(`not readable: ${raw.from} ${raw.to}`);
  }
  return range;
};

describe('readRange', () => {
  it('reads Unix milliseconds and ISO times alike', () => {
    const iso = readOrThrow({ from: '2026-11-20T12:00:00.000Z', to: '2026-11-20T14:00:00Z' });
    expect(readOrThrow(noon).from.valueOf()).toBe(iso.from.valueOf());
    expect(readOrThrow(noon).to.valueOf()).toBe(iso.to.valueOf());
  });

  it('reads what Grafana writes and keeps it as it was', () => {
    const range = readOrThrow(LAST_DAY);
    expect(range.to.diff(range.from, 'hours')).toBe(24);
    expect(rawRangeOf(range)).toEqual(LAST_DAY);
    expect(readRange({ from: 'now/d', to: 'now/d' })).not.toBeNull();
    expect(readRange({ from: 'now-1d/d', to: 'now-1d/d' })).not.toBeNull();
  });

  it('reads a mix of both', () => {
    expect(rawRangeOf(readOrThrow({ from: noon.from, to: 'now' }))).toEqual({ from: noon.from, to: 'now' });
  });

  it.each([
    ['yesterday', 'now'],
    ['nowhere', 'now'],
    ['', 'now'],
    [noon.to, noon.from],
  ])('refuses %s to %s', (from, to) => {
    expect(readRange({ from, to })).toBeNull();
  });
});

it('moves by half its length', () => {
  expect(shiftedRange(readOrThrow(noon), -1)).toEqual({
    from: at('2026-11-20T11:00:00Z'),
    to: at('2026-11-20T13:00:00Z'),
  });
});

it('zooms out around its middle, not into the future', () => {
  const range = readOrThrow(noon);
  expect(zoomedOut(range, Date.parse('2026-11-23T00:00:00Z'))).toEqual({
    from: at('2026-11-20T11:00:00Z'),
    to: at('2026-11-20T15:00:00Z'),
  });
  expect(zoomedOut(range, Date.parse('2026-11-20T14:00:00Z')).to).toBe(noon.to);
});
