import { z } from 'zod';
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

/** One condition on a dimension. All filters of a request must hold. */
export const filterSchema = z
  .strictObject({
    dimension: z.enum(DIMENSIONS),
    operator: z.enum(OPERATORS),
    values: z.array(textSchema).max(1000).default([]),
  })
  .superRefine((filter, context) => {
    const problem = problemOf(filter.operator, filter.values);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['values'], message: problem });
  })
  .meta({
    id: 'Filter',
    description:
      'A condition on a dimension. The negative operators (`!=`, `not in`, `!~`) also hold for null. `=~` matches the whole ' +
      'value and knows literals, `.`, `.*`, `.+`, `\\` and alternatives like `(a|b)`. `contains` respects upper and lower case.',
  });
export type Filter = z.output<typeof filterSchema>;

function problemOf(operator: Operator, values: readonly string[]): string | null {
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
