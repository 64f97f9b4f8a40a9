import type { Operator } from '../api/wire';
import { meaningOf, type Meaning, type Replace } from './interpolateText';
import { NONE } from './none';

interface AnyFilter {
  readonly operator: Operator;
  readonly values: readonly string[];
}

type Condition = { operator: Operator; values: string[] };

const NEGATIVE: ReadonlySet<Operator> = new Set<Operator>(['!=', 'not in', '!~']);
const EXPRESSIONS: ReadonlySet<Operator> = new Set<Operator>(['=~', '!~', 'contains']);

/** A text as an expression that matches just this text, in the dialect of the backend (like-patterns.ts there). */
export const escapeExpression = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * The filters that one filter stands for once variables are known:
 * - a variable with several values makes `=` one of them and `!=` none of them;
 * - "All" is no filter, and none of all values is what has no value;
 * - without a value (nothing typed yet, an empty variable) there is no filter;
 * - "(none)" is what has no value.
 * @throws Error for "(none)" beside other values, which the backend cannot tell
 */
export function interpolateFilter<F extends AnyFilter>(filter: F, replace: Replace): F[] {
  return conditions(filter, replace).map((condition) => ({ ...filter, ...condition }));
}

function conditions({ operator, values }: AnyFilter, replace: Replace): Condition[] {
  if (operator === 'is null' || operator === 'is not null') return [{ operator, values: [] }];
  const negative = NEGATIVE.has(operator);
  const quote = operator === '=~' || operator === '!~' ? escapeExpression : undefined;
  const meanings = values.map((value) => meaningOf(value, replace, quote));
  if (meanings.some(({ kind }) => kind === 'all')) {
    return negative ? [{ operator: 'is null', values: [] }] : [];
  }
  const expression = meanings.find((meaning) => meaning.kind === 'expression');
  if (expression) return [{ operator: negative ? '!~' : '=~', values: [expression.expression] }];
  const texts = [...new Set(meanings.flatMap(textsOf))].filter((text) => text !== '');
  return EXPRESSIONS.has(operator) ? matching(operator, texts) : listed(negative, texts);
}

const textsOf = (meaning: Meaning): readonly string[] => (meaning.kind === 'texts' ? meaning.texts : []);

function matching(operator: Operator, texts: string[]): Condition[] {
  const none = operator === 'contains' ? NONE : escapeExpression(NONE);
  if (texts.length === 0) return [];
  if (texts.includes(none))
    return withoutValue(operator === '!~', texts, none, matching.bind(null, operator));
  if (texts.length === 1) return [{ operator, values: texts }];
  return operator === 'contains'
    ? [{ operator: '=~', values: [texts.map((text) => `.*${escapeExpression(text)}.*`).join('|')] }]
    : [{ operator, values: [texts.map(ungrouped).join('|')] }];
}

/** The backend takes one level of alternatives: `(a|b)` beside others becomes `a|b`. */
const ungrouped = (expression: string): string =>
  /^\((?:\?:)?((?:\\.|[^()\\])*)\)$/s.exec(expression)?.[1] ?? expression;

function listed(negative: boolean, texts: string[]): Condition[] {
  if (texts.length === 0) return [];
  if (texts.includes(NONE)) return withoutValue(negative, texts, NONE, listed.bind(null, negative));
  if (texts.length === 1) return [{ operator: negative ? '!=' : '=', values: texts }];
  return [{ operator: negative ? 'not in' : 'in', values: texts }];
}

function withoutValue(
  negative: boolean,
  texts: string[],
  none: string,
  others: (texts: string[]) => Condition[],
): Condition[] {
  const rest = texts.filter((text) => text !== none);
  if (negative) return [{ operator: 'is not null', values: [] }, ...others(rest)];
  if (rest.length === 0) return [{ operator: 'is null', values: [] }];
  throw new Error(
    `"${NONE}" cannot be asked for together with other values. Choose it alone, or use a query for each.`,
  );
}
