/** Half-open, Unix ms. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** How rows are cut in time: not at all, into quarters of an hour, or at given instants (the first at or before all). */
export type Cut =
  | { readonly kind: 'whole' }
  | { readonly kind: 'quarters' }
  | { readonly kind: 'edges'; readonly edges: readonly number[] };

export const QUARTER = 15 * 60_000;
export const HOUR = 4 * QUARTER;
export const DAY = 24 * HOUR;

/** Ranges taken from a table whose rows are as long as a unit, and what must be read elsewhere. */
export interface Taken {
  readonly whole: readonly TimeRange[];
  readonly rest: readonly TimeRange[];
}

/**
 * Takes out of ascending ranges the whole units (QUARTER, HOUR or UTC DAY) that end at or before `before` and that the cut
 * leaves in one piece. A day of Berlin has its edge inside a UTC day; a month of Berlin only in one of thirty.
 */
export function takeWhole(ranges: readonly TimeRange[], unit: number, cut: Cut, before = Infinity): Taken {
  const whole: TimeRange[] = [];
  const rest: TimeRange[] = [];
  const divided = dividedUnits(cut, unit);
  for (const { from, to } of ranges) {
    const first = Math.ceil(from / unit) * unit;
    const last = Math.floor(Math.min(to, before) / unit) * unit;
    if (first >= last || divided === 'all') {
      add(rest, from, to);
      continue;
    }
    add(rest, from, first);
    let at = first;
    for (const start of divided) {
      if (start < at || start >= last) continue;
      add(whole, at, start);
      add(rest, start, start + unit);
      at = start + unit;
    }
    add(whole, at, last);
    add(rest, last, to);
  }
  return { whole, rest };
}

/** Starts of the units that have an edge inside, ascending. */
function dividedUnits(cut: Cut, unit: number): readonly number[] | 'all' {
  if (cut.kind === 'quarters') return unit > QUARTER ? 'all' : [];
  if (cut.kind === 'whole') return [];
  return cut.edges.filter((edge) => edge % unit !== 0).map((edge) => Math.floor(edge / unit) * unit);
}

function add(ranges: TimeRange[], from: number, to: number): void {
  if (from >= to) return;
  const last = ranges.at(-1);
  if (last?.to === from) ranges[ranges.length - 1] = { from: last.from, to };
  else ranges.push({ from, to });
}

/** The part of ascending ranges below an instant. */
export const below = (ranges: readonly TimeRange[], end: number): TimeRange[] =>
  ranges.filter(({ from }) => from < end).map(({ from, to }) => ({ from, to: Math.min(to, end) }));
