import { isoTime } from './common-schema.js';
import { MEASURES, type Measure } from './measure.js';
import type { UsagePlan } from './plan.js';
import type { TimeRange } from './time-ranges.js';
import type { UsageGroup } from './usage-store.js';

/** What was read where, as an answer tells it. */
export function cutView({ time, reading: { told }, distinct }: UsagePlan, asOf: 'closed' | 'known') {
  const ranges = (list: readonly TimeRange[]) =>
    list.map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) }));
  return {
    from: isoTime(time.from),
    to: isoTime(time.to),
    cut: { as_of: asOf, daily: ranges(told.daily), quarters: ranges(told.quarters), raw: ranges(told.raw) },
    ...(distinct && { distinct_method: distinct.method }),
  };
}

export function rowView(group: UsageGroup): Record<string, unknown> {
  const time = group.time === null ? {} : { time: isoTime(group.time) };
  const other = group.other === null ? {} : { other: group.other };
  return { ...time, ...group.dimensions, ...measuresView(group), ...other };
}

export function measuresView({ measures }: UsageGroup): Record<string, unknown> {
  return Object.fromEntries(
    (Object.entries(measures) as [Measure, string | null][]).map(([name, text]) => [
      name,
      measureValue(name, text),
    ]),
  );
}

/** Money stays text. A count of nothing is 0; everything else unknown is null. */
function measureValue(name: Measure, text: string | null): string | number | null {
  const { unit } = MEASURES[name];
  if (unit === 'usd') return text;
  if (text !== null) return Number(text);
  return unit === 'count' ? 0 : null;
}
