import { soFar } from './soFar';
import { previousPeriod } from './period';
import { zoneOf } from './zone';

const at = (text: string): number => Date.parse(text);
const shown = ({ from, to }: { from: number; to: number }) => [
  new Date(from).toISOString(),
  new Date(to).toISOString(),
];

describe('soFar', () => {
  // A Sunday; in Berlin already the first of March.
  const now = at('2026-02-28T23:30:00Z');

  it.each([
    ['today', 'UTC', '2026-02-28T00:00:00.000Z'],
    ['today', 'Europe/Berlin', '2026-02-28T23:00:00.000Z'],
    ['this_week', 'UTC', '2026-02-23T00:00:00.000Z'],
    ['this_month', 'UTC', '2026-02-01T00:00:00.000Z'],
    ['this_month', 'Europe/Berlin', '2026-02-28T23:00:00.000Z'],
    ['this_year', 'America/New_York', '2026-01-01T05:00:00.000Z'],
  ] as const)('begins %s in %s', (period, zone, from) => {
    expect(shown(soFar(period, now, zoneOf(zone)))).toEqual([from, '2026-02-28T23:30:00.000Z']);
  });

  it('has the hour less or more of a day on which the clock changes', () => {
    const spring = soFar('today', at('2026-03-29T12:00:00Z'), zoneOf('Europe/Berlin'));
    expect(shown(spring)[0]).toBe('2026-03-28T23:00:00.000Z');
    expect((spring.to - spring.from) / 3_600_000).toBe(13);
  });

  it('is compared with the same part of the one before', () => {
    const month = soFar('this_month', at('2026-03-31T10:00:00Z'), zoneOf('UTC'));
    expect(shown(previousPeriod(month, zoneOf('UTC')))).toEqual([
      '2026-02-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ]);
    const today = soFar('today', at('2026-03-01T10:00:00Z'), zoneOf('UTC'));
    expect(shown(previousPeriod(today, zoneOf('UTC')))).toEqual([
      '2026-02-28T00:00:00.000Z',
      '2026-02-28T10:00:00.000Z',
    ]);
  });
});
