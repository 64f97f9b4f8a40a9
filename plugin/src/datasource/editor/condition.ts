import type { Dimension, EventField, Filter, Operator } from '../../api/wire';

/** A filter of any kind of query while it is edited. */
export interface Condition<Field extends EventField = EventField> {
  field: Field;
  operator: Operator;
  values: string[];
}

export const conditionOf = ({ dimension, operator, values }: Filter): Condition<Dimension> => ({
  field: dimension,
  operator,
  values,
});

export const filterOf = ({ field, operator, values }: Condition<Dimension>): Filter => ({
  dimension: field,
  operator,
  values,
});

/** How many values an operator takes, and how they are chosen: `text` is typed, the others are picked from the known ones. */
export type ValueInput = 'none' | 'one' | 'many' | 'text';

const INPUTS: Record<Operator, ValueInput> = {
  '=': 'one',
  '!=': 'one',
  in: 'many',
  'not in': 'many',
  '=~': 'text',
  '!~': 'text',
  contains: 'text',
  'is null': 'none',
  'is not null': 'none',
};

export const valueInputOf = (operator: Operator): ValueInput => INPUTS[operator];

export const isComplete = ({ operator, values }: Condition): boolean =>
  valueInputOf(operator) === 'none' || values.some((value) => value !== '');

/** The condition with another operator, and as many of the values as that one takes. */
export function withOperator<Field extends EventField>(
  condition: Condition<Field>,
  operator: Operator,
): Condition<Field> {
  const keeps = { none: 0, one: 1, many: Infinity, text: 1 }[valueInputOf(operator)];
  return { ...condition, operator, values: condition.values.slice(0, keeps) };
}
