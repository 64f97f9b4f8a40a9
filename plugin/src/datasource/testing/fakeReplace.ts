import type { FormatValue, Replace } from '../interpolateText';

export interface FakeVariable {
  value: string | string[];
  type?: string;
  includeAll?: boolean;
  /** Set to "All": `value` is then the list of all options. */
  isAll?: boolean;
  /** The author's expression for "All". */
  allValue?: string;
}

const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?::([^}]+))?\}/g;

/** Replaces as dashboards of Grafana 12.2 do: formatter functions are called, but not for an expression for "All". */
export const fakeReplace =
  (variables: Record<string, FakeVariable>): Replace =>
  (text, format) =>
    text.replace(VARIABLE, (match, plain, brackets, bracketsFormat, braces, bracesFormat) => {
      const variable = variables[plain ?? brackets ?? braces];
      return variable ? formatted(variable, bracketsFormat ?? bracesFormat ?? format) : match;
    });

function formatted(variable: FakeVariable, format: string | FormatValue | undefined): string {
  const { value, isAll, allValue, type = 'query', includeAll } = variable;
  if (format === 'text') return isAll ? 'All' : [value].flat().join(' + ');
  if (isAll && allValue !== undefined) return allValue;
  if (typeof format === 'function') return format(value, { type, includeAll });
  if (format === 'csv') return [value].flat().join(',');
  return Array.isArray(value) && value.length !== 1 ? `{${value.join(',')}}` : [value].flat().join('');
}
