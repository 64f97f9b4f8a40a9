import type { Operator } from '../../api/wire';
import type { Period } from '../time/period';

interface NamedFilter {
  readonly name: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** A name for the calls of a time that meet some filters, whatever the order of the filters. */
export const selectionName = ({ from, to }: Period, filters: readonly NamedFilter[]): string =>
  JSON.stringify([
    from,
    to,
    ...filters.map(({ name, operator, values }) => JSON.stringify([name, operator, ...values])).sort(),
  ]);
