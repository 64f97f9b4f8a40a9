import { dateTime, isDateTime, rangeUtil, type DateTime, type TimeRange } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';

/** A range as addresses hold it: Unix ms, an ISO time, or what Grafana's pickers write (`now-24h`, `now/d`). */
export interface RawRange {
  from: string;
  to: string;
}

export const LAST_DAY: RawRange = { from: 'now-24h', to: 'now' };

/** Null when it cannot be read, or ends before it begins. */
export function readRange({ from, to }: RawRange, timeZone?: TimeZone): TimeRange | null {
  const range = rangeUtil.convertRawToRange({ from: readTime(from), to: readTime(to) }, timeZone);
  const isReadable = [from, to].every(isTime) && range.from.isValid() && range.to.isValid();
  return isReadable && range.from.isBefore(range.to) ? range : null;
}

/** `convertRawToRange` takes any word with "now" in it for now. */
const isTime = (text: string): boolean =>
  [/^\d{1,16}$/, /^now([-+/]\d*[smhdwMyQfk]{1,2})*$/, /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[-+]\d\d:\d\d)$/].some(
    (form) => form.test(text),
  );

const readTime = (text: string): DateTime | string => {
  if (/^\d{1,16}$/.test(text)) {
    return dateTime(Number(text));
  }
  return text.startsWith('now') ? text : dateTime(text);
};

/** Back into an address. */
export const rawRangeOf = ({ raw: { from, to } }: TimeRange): RawRange => ({
  from: rawTimeText(from),
  to: rawTimeText(to),
});

const rawTimeText = (time: DateTime | string): string => (isDateTime(time) ? String(time.valueOf()) : time);

/** Half a range back (-1) or forward (1), as Grafana's arrows do. */
export function shiftedRange(range: TimeRange, direction: -1 | 1): RawRange {
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const half = Math.round(((to - from) / 2) * direction);
  return { from: String(from + half), to: String(to + half) };
}

/** Twice as long around the same middle, but not into the future. */
export function zoomedOut(range: TimeRange, now: number): RawRange {
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const half = Math.round((to - from) / 2);
  return { from: String(from - half), to: String(Math.min(to + half, Math.max(now, to))) };
}
