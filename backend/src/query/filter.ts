import { z } from 'zod';
import { COST_STATUSES, EVENT_KINDS, PENDING_REASONS, UNBILLED_REASONS } from '../ledger/event.js';
import { COST_QUALITIES } from '../usage/usage.js';
import { textSchema } from './common-schema.js';
import { DIMENSIONS } from './dimension.js';
import { likePatterns } from './like-patterns.js';

export const OPERATORS = [
  '=',
  '!=',
  'in',
  'not in',
  '=~',
  '!~',
  'contains',
  'is null',
  'is not null',
] as const;
export type Operator = (typeof OPERATORS)[number];

const VALUES: Record<Operator, { readonly min: number; readonly max: number; readonly told: string }> = {
  '=': { min: 1, max: 1, told: 'one value' },
  '!=': { min: 1, max: 1, told: 'one value' },
  in: { min: 1, max: 1000, told: '1 to 1,000 values' },
  'not in': { min: 1, max: 1000, told: '1 to 1,000 values' },
  '=~': { min: 1, max: 1, told: 'one expression' },
  '!~': { min: 1, max: 1, told: 'one expression' },
  contains: { min: 1, max: 1, told: 'one value' },
  'is null': { min: 0, max: 0, told: 'no values' },
  'is not null': { min: 0, max: 0, told: 'no values' },
};

const FILTER_HELP =
  'The negative operators (`!=`, `not in`, `!~`) also hold for null. `=~` matches the whole value and knows literals, `.`, ' +
  '`.*`, `.+`, `\\` and alternatives like `(a|b)`. `contains` respects upper and lower case.';

const conditionFields = { operator: z.enum(OPERATORS), values: z.array(textSchema).max(1000).default([]) };

/** An operator and its values, whatever they are compared with. */
export interface Condition {
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** One condition on a dimension. All filters of a request must hold. */
export const filterSchema = z
  .strictObject({ dimension: z.enum(DIMENSIONS), ...conditionFields })
  .superRefine((filter, context) => {
    const problem = problemOf(filter);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['values'], message: problem });
  })
  .meta({ id: 'Filter', description: `A condition on a dimension. ${FILTER_HELP}` });
export type Filter = z.output<typeof filterSchema>;

/** What single events can be searched by. */
export const EVENT_FIELDS = [
  ...DIMENSIONS,
  'conversation_id',
  'user_id',
  'trace_id',
  'service_name',
  'cost_status',
  'cost_reason',
  'cost_quality',
  'kind',
] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** Fields with values of ours: a wrong one would find nothing, which looks like "no such calls". */
const WORDS: Partial<Record<EventField, readonly string[]>> = {
  cost_status: COST_STATUSES,
  cost_reason: [...PENDING_REASONS, ...UNBILLED_REASONS],
  cost_quality: COST_QUALITIES,
  kind: EVENT_KINDS,
};
const WHOLE_WORDS: ReadonlySet<Operator> = new Set<Operator>(['=', '!=', 'in', 'not in']);

/** One condition on a field of an event. */
export const eventFilterSchema = z
  .strictObject({ field: z.enum(EVENT_FIELDS), ...conditionFields })
  .superRefine((filter, context) => {
    const wrong = (message: string): void => context.addIssue({ code: 'custom', path: ['values'], message });
    const problem = problemOf(filter);
    if (problem !== null) wrong(problem);
    const words = WHOLE_WORDS.has(filter.operator) ? WORDS[filter.field] : undefined;
    const unknown = words && filter.values.find((value) => !words.includes(value));
    if (unknown !== undefined) wrong(`"${unknown}" is no ${filter.field}: ${words?.join(', ')}.`);
  })
  .meta({ id: 'EventFilter', description: `A condition on a field of an event. ${FILTER_HELP}` });
export type EventFilter = z.output<typeof eventFilterSchema>;

/** Organisations a request names itself: asking for another's is refused, not answered with nothing. */
export const organisationsAsked = (
  filters: readonly (Filter | EventFilter)[],
): readonly string[] | undefined =>
  filters.find(
    (filter) =>
      ('field' in filter ? filter.field : filter.dimension) === 'org_id' &&
      (filter.operator === '=' || filter.operator === 'in'),
  )?.values;

function problemOf({ operator, values }: Condition): string | null {
  const { min, max, told } = VALUES[operator];
  if (values.length < min || values.length > max) return `"${operator}" takes ${told}.`;
  if (operator !== '=~' && operator !== '!~') return null;
  try {
    likePatterns(values[0] ?? '');
    return null;
  } catch (error) {
    return (error as RangeError).message;
  }
}
