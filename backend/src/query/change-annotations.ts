import { counted, readableChange, readableDay, readableUsd, type Annotation } from './annotation.js';
import type { RecoveredRow, RestatedRow } from './annotation-store.js';
import { isoTime } from './common-schema.js';
import { DAY, HOUR } from './time-ranges.js';

/** Pending calls that got their price, one for each hour and model. */
export function recoveredAnnotation({ hour, provider, model, calls, cost_usd }: RecoveredRow): Annotation {
  const time = hour.getTime();
  const name = model ?? 'an unnamed model';
  const many = counted(Number(calls), 'call');
  return {
    id: `pending_recovered ${isoTime(time)} ${provider ?? ''} ${model ?? ''}`,
    kind: 'pending_recovered',
    time,
    timeEnd: time + HOUR,
    title: `${many} of ${name} got ${calls === '1' ? 'its' : 'their'} price: ${readableUsd(cost_usd)}`,
    text: `${many} of ${name}${provider === null ? '' : ` (${provider})`} waited for a price or for usage. Since this hour they count with ${cost_usd} USD, on the days they were made.`,
    tags: ['pending_recovered', ...[provider, model].filter((tag) => tag !== null)],
  };
}

/** Why a closed day was restated, for people; `short` ends the title. */
const REASONS: Readonly<Record<string, { readonly short: string; readonly text: string }>> = {
  late_event: { short: 'late calls', text: 'Calls arrived after the day was closed.' },
  richer_usage: { short: 'fuller counts', text: 'Calls were sent again with fuller counts.' },
  settled: { short: 'calls settled', text: 'Calls turned out to be copies of others, or of another owner.' },
  repriced: { short: 'pending calls priced', text: 'Pending calls got their price.' },
  price_corrected: { short: 'prices corrected', text: 'Prices in force on that day were corrected.' },
  usage_corrected: { short: 'counts corrected', text: 'Counts of calls were corrected.' },
  written_off: { short: 'calls written off', text: 'The cost of pending calls was given up.' },
};

/** A closed day that was changed, one for each day and reason. */
export function restatedAnnotation(row: RestatedRow): Annotation {
  const time = row.day.getTime();
  const { short, text } = REASONS[row.reason] ?? { short: row.reason, text: row.reason };
  const change = row.cost_usd === null ? 'no change of cost' : readableChange(row.cost_usd);
  const counts = [
    ['call', row.calls],
    ['priced call', row.priced_calls],
    ['pending call', row.pending_calls],
  ].flatMap(([what = '', count]) =>
    Number(count) === 0 ? [] : [`${Number(count) > 0 ? '+' : ''}${counted(Number(count), what)}`],
  );
  const exact = row.cost_usd === null ? [] : [`${row.cost_usd} USD`];
  const told = [...counts, ...exact].join(', ');
  return {
    id: `day_restated ${isoTime(time).slice(0, 10)} ${row.reason}`,
    kind: 'day_restated',
    time,
    timeEnd: time + DAY,
    title: `${readableDay(time)} restated: ${change}, ${short}`,
    text: `${text}${told === '' ? ' The sums of the day stay as they were.' : ` Since the day was closed: ${told}.`} Last on ${readableDay(row.last_posted_at.getTime())}.`,
    tags: ['day_restated', row.reason],
  };
}
