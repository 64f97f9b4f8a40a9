/** Half-open, Unix ms; `to` null = no upper bound. */
export interface TimeSlice {
  readonly from: number;
  readonly to: number | null;
}

const DAY = 86_400_000;
/** Each slice is four times as long as the last: from today back to 1970 takes nine statements. */
const GROWTH = 4;

/**
 * Cuts [from, to) into slices, newest first: the UTC day of its end (a chunk of usage_events), then ever longer ones. Without
 * an end the first slice reaches from the start of today into the future.
 */
export function* newestFirst(from: number, to: number | null, now: number): Generator<TimeSlice> {
  let end = to;
  let start = Math.floor((to === null ? now : to - 1) / DAY) * DAY;
  for (let days = 1; ; days *= GROWTH) {
    yield { from: Math.max(start, from), to: end };
    if (start <= from) return;
    end = start;
    start -= days * GROWTH * DAY;
  }
}

/** The same, oldest first: the rest of the UTC day of its start, then ever longer ones. Without an end the last has none. */
export function* oldestFirst(from: number, to: number | null, now: number): Generator<TimeSlice> {
  const last = to ?? now;
  let start = from;
  let end = (Math.floor(from / DAY) + 1) * DAY;
  for (let days = GROWTH; end < last; days *= GROWTH) {
    yield { from: start, to: end };
    start = end;
    end += days * DAY;
  }
  yield { from: start, to };
}
