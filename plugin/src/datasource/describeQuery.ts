import type { Operator } from '../api/wire';
import { ANNOTATION_KIND_LABELS, EVENT_FIELD_LABELS, MEASURE_LABELS } from './labels';
import { isVariable } from './interpolateText';
import type {
  AnnotationsQuery,
  CallFilter,
  CallsQuery,
  CostQuery,
  RankBy,
  TokenledgerQuery,
  TraceQuery,
  UsageInterval,
  UsagePeriod,
  UsageQuery,
} from './query';

/** The query as one sentence without a full stop; template variables stay as they are written. */
export function describeQuery(query: TokenledgerQuery): string {
  switch (query.queryType) {
    case 'usage':
      return describeUsage(query);
    case 'calls':
      return describeCalls(query);
    case 'trace':
      return describeTrace(query);
    case 'cost':
      return describeCost(query);
    case 'annotations':
      return describeAnnotations(query);
  }
}

const EVERY: Readonly<Record<UsageInterval, string>> = {
  auto: 'over time',
  none: 'over the whole time range',
  '15m': 'per 15 minutes',
  '1h': 'per hour',
  '1d': 'per day',
  '1w': 'per week',
  '1mo': 'per month',
};

const WITHIN: Readonly<Record<UsagePeriod, string>> = {
  dashboard: '',
  today: 'of today so far',
  this_week: 'of this week so far',
  this_month: 'of this month so far',
  this_year: 'of this year so far',
};

/** What the groups are that are shown, where only some are. */
const FIRST_GROUPS: Readonly<Record<RankBy, string>> = {
  value: 'greatest',
  change: 'that changed most',
  rise: 'that rose most',
  fall: 'that fell most',
};
/** What the groups are, where all are. */
const ALL_GROUPS: Readonly<Record<RankBy, string>> = {
  value: '',
  change: 'those that changed',
  rise: 'those that rose',
  fall: 'those that fell',
};

function groupsShown({ top, compare, rankBy }: UsageQuery): string {
  const by = compare === 'previous_period' ? rankBy : 'value';
  if (top === null) return ALL_GROUPS[by];
  if (top > 1) return `the ${top} ${FIRST_GROUPS[by]}`;
  return by === 'value' ? 'the greatest' : `the one ${FIRST_GROUPS[by]}`;
}

function describeUsage(query: UsageQuery): string {
  const { measures, groupBy, interval, period, filters, compare } = query;
  const what = listed(measures.map((name) => (isVariable(name) ? name : MEASURE_LABELS[name].label)));
  const groups = groupBy.map((name) =>
    isVariable(name) ? name : inSentence(EVENT_FIELD_LABELS[name].label),
  );
  const cut = isVariable(interval) ? `per ${interval}` : EVERY[interval];
  const when =
    period === 'dashboard' ? cut : interval === 'none' ? WITHIN[period] : `${cut} ${WITHIN[period]}`;
  const parts = [
    `${what ? sentenceCase(what) : 'Nothing yet'}${groups.length ? ` by ${listed(groups)}` : ''} ${when}`,
    groups.length ? groupsShown(query) : '',
    where(filters.map(({ dimension, ...filter }) => ({ field: dimension, ...filter }))),
    compare === 'previous_period' ? 'beside the previous period' : '',
  ];
  return parts.filter(Boolean).join(', ');
}

const FIRST: Readonly<Record<CallsQuery['orderBy'], Readonly<Record<CallsQuery['direction'], string>>>> = {
  started_at: { desc: 'newest', asc: 'oldest' },
  cost_usd: { desc: 'most expensive', asc: 'cheapest' },
  duration_ms: { desc: 'longest', asc: 'shortest' },
  total_tokens: { desc: 'largest (by tokens)', asc: 'smallest (by tokens)' },
};

function describeCalls({ limit, orderBy, direction, filters }: CallsQuery): string {
  const condition = where(filters);
  return `The ${limit} ${FIRST[orderBy][direction]} calls${condition && ` ${condition}`}`;
}

function describeTrace({ chain, format, id }: TraceQuery): string {
  if (format === 'table' && id !== '') return `What each step of ${chain} ${id} cost`;
  if (chain === 'request')
    return id ? `The chain of request ${id}` : 'The chain of a request: no trace id yet';
  return id ? `All requests of conversation ${id}` : 'All requests of a conversation: no conversation id yet';
}

const describeCost = ({ traceId, spanId }: CostQuery): string =>
  traceId && spanId
    ? `Why call ${spanId} of request ${traceId} costs what it costs`
    : 'Why a call costs what it costs: no trace id and span id yet';

function describeAnnotations({ kinds, filters }: AnnotationsQuery): string {
  const what = listed(kinds.map((kind) => inSentence(ANNOTATION_KIND_LABELS[kind].label)));
  const condition = where(filters.map(({ dimension, ...filter }) => ({ field: dimension, ...filter })));
  return `${what ? sentenceCase(what) : 'No annotations'}${condition && ` ${condition}`}`;
}

function where(filters: readonly CallFilter[]): string {
  const told = filters.flatMap((filter) => describeFilter(filter) ?? []);
  return told.length ? `where ${told.join(' and ')}` : '';
}

const VERBS: Readonly<Record<Operator, string>> = {
  '=': 'is',
  in: 'is',
  '!=': 'is not',
  'not in': 'is not',
  '=~': 'matches',
  '!~': 'does not match',
  contains: 'contains',
  'is null': 'is not set',
  'is not null': 'is set',
};

/** Null for a filter that has no value yet: it does nothing. */
function describeFilter({ field, operator, values }: CallFilter): string | null {
  const start = `${inSentence(EVENT_FIELD_LABELS[field].label)} ${VERBS[operator]}`;
  if (operator === 'is null' || operator === 'is not null') return start;
  const told = values.filter((value) => value !== '');
  const shown = told.length > 4 ? [...told.slice(0, 3), `${told.length - 3} others`] : told;
  return told.length ? `${start} ${listed(shown, operator === 'not in' ? 'nor' : 'or')}` : null;
}

function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}

const inSentence = (label: string): string => label.charAt(0).toLowerCase() + label.slice(1);

/** Only the first word starts with a capital. */
const sentenceCase = (text: string): string => {
  const lower = text.replace(/(?<=, | and )[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  return lower.charAt(0).toUpperCase() + lower.slice(1);
};
