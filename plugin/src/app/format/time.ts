import { dateTimeFormat } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import type { Time } from '../../api/wire';

/** In the time zone that the user chose in Grafana, unless another is said. */
export const timeText = (time: Time, timeZone?: TimeZone): string => dateTimeFormat(time, { timeZone });

/** With milliseconds, where the order within a second matters. */
export const preciseTimeText = (time: Time): string => dateTimeFormat(time, { defaultWithMS: true });

/** Milliseconds from one time to the other. */
export const msBetween = (from: Time, to: Time | number): number =>
  (typeof to === 'number' ? to : Date.parse(to)) - Date.parse(from);
