import { formatMoney, parseMoney } from '../../backend/src/ledger/money.js';
import { DIMENSIONS, type Dimension } from '../../backend/src/query/dimension.js';
import { INTERVALS, type Interval } from '../../backend/src/query/time-zone.js';
import { pendingCost, storedEvent, type StoredEvent } from './events.js';

/** Random events, random usage queries, and their answers computed from the raw events alone: no SQL, no plan. */

export type Row = Record<string, string | number | null>;
export interface RandomRequest {
  from: string;
  to: string;
  time_zone: string;
  interval: Interval | null;
  measures: string[];
  group_by: Dimension[];
  filters: { dimension: Dimension; operator: string; values: string[] }[];
}

export function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** A small reproducible generator (mulberry32): a failure names its seed. */
export function randomOf(seed: number) {
  const next = (): number => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (max: number): number => Math.floor(next() * max);
  return {
    whole,
    pick: <T>(list: readonly T[]): T => list[whole(list.length)] as T,
    chance: (p: number) => next() < p,
  };
}
export type Random = ReturnType<typeof randomOf>;

/** Days around changes of the clock, in five zones. */
const DAYS = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-04',
  '2026-04-05',
  '2026-10-03',
  '2026-10-25',
  '2026-11-01',
];
const VALUES: Record<Dimension, readonly (string | null)[]> = {
  org_id: ['acme', 'globex', 'unattributed', "o'brien; --"],
  assistant_id: ['helpdesk', '100%_sure', null],
  query_type: ['chat', 'Chat', 'search', null],
  provider: ['openai', 'anthropic', null],
  model: ['gpt-4o', 'gpt-4.1', 'claude\\x', null],
  environment: ['prod', null],
};

export function randomEvent(random: Random): StoredEvent {
  const at = Date.parse(random.pick(DAYS)) + random.whole(2 * 86_400_000) - 43_200_000;
  const dimensions = Object.fromEntries(DIMENSIONS.map((name) => [name, random.pick(VALUES[name])]));
  const count = (): number | null => (random.chance(0.3) ? null : random.whole(1e6));
  const amount = (): bigint => BigInt(random.whole(2 ** 31)) * BigInt(random.whole(2 ** 31));
  const priced = { cost_usd: formatMoney(amount()) };
  const cached = { ...priced, cache_saved_usd: formatMoney(random.chance(0.3) ? -amount() : amount()) };
  const state = random.pick<Partial<StoredEvent>>([
    priced,
    cached,
    { ...cached, cost_quality: 'lower_bound' },
    { cost_usd: '0' },
    pendingCost(),
    { ...pendingCost(), cost_status: 'unbilled', cost_reason: 'failed_no_usage' },
    { ...pendingCost(), cost_status: 'unbilled', cost_reason: 'written_off' },
    { ...pendingCost(), cost_status: 'unbilled', cost_reason: 'duplicate', kind: 'repeat' },
  ]);
  return storedEvent({
    ...dimensions,
    started_at: new Date(random.chance(0.3) ? Math.floor(at / 900_000) * 900_000 : at).toISOString(),
    status_error: random.chance(0.2),
    duration_us: random.whole(1e8),
    input_tokens: count(),
    cache_read: count(),
    cache_write_5m: count(),
    cache_write_1h: count(),
    output_tokens: count(),
    reasoning: count(),
    ...state,
  });
}

export const MEASURES: readonly string[] = [
  ...[
    'cost_usd',
    'inexact_cost_usd',
    'error_cost_usd',
    'cache_saved_usd',
    'calls',
    'priced_calls',
    'pending_calls',
    'failed_calls',
  ],
  ...['written_off_calls', 'inexact_calls', 'error_calls', 'coverage', 'input_tokens', 'cache_read_tokens'],
  ...['cache_write_tokens', 'output_tokens', 'reasoning_tokens', 'total_tokens', 'duration_ms_avg'],
  ...['cost_per_million_tokens', 'cache_read_ratio', 'tokens_per_call'],
];

export function randomRequest(random: Random): RandomRequest {
  const day = Date.parse(random.pick(DAYS));
  const from = day - random.whole(86_400_000);
  const to = from + (random.chance(0.2) ? 1 + random.whole(1_800_000) : random.whole(20 * 86_400_000) + 1);
  const grid = random.pick([1, 1, 1000, 900_000, 3_600_000]);
  const onGrid = (at: number): number => Math.floor(at / grid) * grid;
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  ];
  return {
    from: new Date(onGrid(from)).toISOString(),
    to: new Date(onGrid(to) + grid).toISOString(),
    time_zone: random.pick(zones),
    interval: random.pick([null, ...INTERVALS]),
    measures: [...MEASURES],
    group_by: DIMENSIONS.filter(() => random.chance(0.25)),
    filters: Array.from({ length: random.whole(3) }, () => randomFilter(random)),
  };
}

function randomFilter(random: Random): RandomRequest['filters'][number] {
  const dimension = random.pick(DIMENSIONS);
  const known = VALUES[dimension].filter((value) => value !== null);
  const one = random.pick(known);
  const pattern = [one, random.pick(known)].map((value) => value.replace(/[\\.%;()|'-]/g, '\\$&')).join('|');
  return random.pick([
    { dimension, operator: random.pick(['=', '!=']), values: [one] },
    { dimension, operator: random.pick(['in', 'not in']), values: [one, random.pick(known), 'nobody'] },
    {
      dimension,
      operator: random.pick(['=~', '!~']),
      values: [random.pick([`(${pattern})`, `${one[0]}.*`, '.+t'])],
    },
    { dimension, operator: 'contains', values: [one.slice(1, 4)] },
    { dimension, operator: random.pick(['is null', 'is not null']), values: [] },
  ]);
}

function holds(
  event: StoredEvent,
  { dimension, operator, values }: RandomRequest['filters'][number],
): boolean {
  const value = event[dimension];
  const matches = (): boolean => value !== null && new RegExp(`^(?:${values[0]})$`).test(value);
  const answers: Record<string, boolean> = {
    '=': value === values[0],
    '!=': value !== values[0],
    in: value !== null && values.includes(value),
    'not in': value === null || !values.includes(value),
    contains: value !== null && value.includes(values[0] ?? ''),
    'is null': value === null,
    'is not null': value !== null,
  };
  if (operator === '=~') return matches();
  return operator === '!~' ? !matches() : answers[operator] === true;
}

/** Formatters are slow to make: two for each zone, the date and the hour with its offset. */
const zoneFormats = new Map<string, { date: Intl.DateTimeFormat; hour: Intl.DateTimeFormat }>();
function formatsIn(timeZone: string): { date: Intl.DateTimeFormat; hour: Intl.DateTimeFormat } {
  const known = zoneFormats.get(timeZone) ?? {
    date: new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }),
    hour: new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    }),
  };
  zoneFormats.set(timeZone, known);
  return known;
}

/** The name of the interval an instant lies in, from Intl alone. */
export function intervalName(at: number, { interval, time_zone: timeZone }: RandomRequest): string {
  if (interval === null) return '';
  if (interval === '15m') return String(Math.floor(at / 900_000));
  const formats = formatsIn(timeZone);
  const date = formats.date.format(at);
  if (interval === '1d') return date;
  if (interval === '1mo') return date.slice(0, 7);
  if (interval === '1h') return `${date} ${formats.hour.format(at)}`;
  const weekday = (new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7;
  return new Date(Date.parse(`${date}T00:00Z`) - weekday * 86_400_000).toISOString().slice(0, 10);
}

const sum = (numbers: (number | null)[]): number | null => {
  const told = numbers.filter((number) => number !== null);
  return told.length ? told.reduce((a, b) => a + b, 0) : null;
};
const money = (calls: StoredEvent[], of: 'cost_usd' | 'cache_saved_usd' = 'cost_usd'): string | null => {
  const told = calls.map((call) => call[of]).filter((amount) => amount !== null);
  return told.length ? formatMoney(told.reduce((total, cost) => total + parseMoney(cost), 0n)) : null;
};

/** The quotient of two whole numbers, rounded half up; null where the divisor is unknown or 0. */
function quotient(dividend: bigint, divisor: number | null): bigint | null {
  if (divisor === null || divisor === 0) return null;
  const [twice, by] = [2n * dividend, BigInt(divisor)];
  return (twice + by) / (2n * by);
}

/** The same of two sums, to so many decimals. */
function ratio(part: number | null, whole: number | null, decimals: number): number | null {
  const scaled = part === null ? null : quotient(BigInt(part) * 10n ** BigInt(decimals), whole);
  return scaled === null ? null : Number(scaled) / 10 ** decimals;
}

/** The measures of some calls. */
export function measured(calls: StoredEvent[]): Row {
  const count = (test: (call: StoredEvent) => boolean): number => calls.filter(test).length;
  const tokens = (
    ...names: (
      'input_tokens' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h' | 'output_tokens' | 'reasoning'
    )[]
  ) => sum(calls.flatMap((call) => names.map((name) => call[name])));
  const priced = count((call) => call.cost_status === 'priced');
  const pending = count((call) => call.cost_status === 'pending');
  const cost = money(calls);
  const allTokens = tokens('input_tokens', 'output_tokens');
  const perMillion = cost === null ? null : quotient(parseMoney(cost) * 1_000_000n, allTokens);
  return {
    cost_usd: cost,
    inexact_cost_usd: money(calls.filter((call) => call.cost_quality !== 'exact')),
    error_cost_usd: money(calls.filter((call) => call.status_error)),
    cache_saved_usd: money(calls, 'cache_saved_usd'),
    calls: calls.length,
    priced_calls: priced,
    pending_calls: pending,
    failed_calls: count((call) => call.cost_reason === 'failed_no_usage'),
    written_off_calls: count((call) => call.cost_reason === 'written_off'),
    inexact_calls: count((call) => call.cost_status === 'priced' && call.cost_quality !== 'exact'),
    error_calls: count((call) => call.status_error),
    coverage: priced + pending ? Math.floor((priced * 1e6) / (priced + pending)) / 1e6 : null,
    input_tokens: tokens('input_tokens'),
    cache_read_tokens: tokens('cache_read'),
    cache_write_tokens: tokens('cache_write_5m', 'cache_write_1h'),
    output_tokens: tokens('output_tokens'),
    reasoning_tokens: tokens('reasoning'),
    total_tokens: allTokens,
    cost_per_million_tokens: perMillion === null ? null : formatMoney(perMillion),
    cache_read_ratio: ratio(tokens('cache_read'), tokens('input_tokens'), 6),
    tokens_per_call: ratio(allTokens, calls.length, 3),
    duration_ms_avg: calls.length
      ? Math.round(calls.reduce((total, call) => total + call.duration_us, 0) / calls.length) / 1000
      : null,
  };
}

/** The calls a request asks for. */
export function matchingCalls(events: readonly StoredEvent[], request: RandomRequest): StoredEvent[] {
  const [from, to] = [Date.parse(request.from), Date.parse(request.to)];
  return events.filter((event) => {
    const at = Date.parse(event.started_at);
    return (
      event.kind === 'call' &&
      at >= from &&
      at < to &&
      request.filters.every((filter) => holds(event, filter))
    );
  });
}

export function expectedUsage(
  events: readonly StoredEvent[],
  request: RandomRequest,
): { groups: Map<string, Row>; totals: Row } {
  const calls = matchingCalls(events, request);
  const byKey = groupBy(calls, (call) =>
    JSON.stringify([
      intervalName(Date.parse(call.started_at), request),
      request.group_by.map((name) => call[name]),
    ]),
  );
  return {
    groups: new Map([...byKey].map(([key, group]) => [key, measured(group)])),
    totals: measured(calls),
  };
}
