import { getTemplateSrv } from '@grafana/runtime';
import type { ComboboxOption } from '@grafana/ui';
import type { OrVariable, Variable } from '../query';

/** Kinds of variables that hold a value; the others (`datasource`, `adhoc`, `groupby`, …) mean something else. */
const VALUE_VARIABLES: readonly string[] = ['query', 'custom', 'constant', 'textbox'];

/** The template variables of the dashboard that contain the text, as options. */
export function variableOptions(search: string, types = VALUE_VARIABLES): Array<ComboboxOption<Variable>> {
  const text = search.toLowerCase();
  return getTemplateSrv()
    .getVariables()
    .filter(({ type, name }) => types.includes(type) && `$${name}`.toLowerCase().includes(text))
    .map(({ name }) => ({
      value: `$${name}`,
      label: `$${name}`,
      description: 'Variable',
      group: 'Variables',
    }));
}

/** The variables of the dashboard, and the names that they may hold. */
export const orVariables = <Name extends string>(
  names: ReadonlyArray<ComboboxOption<Name>>,
  ...moreTypes: string[]
): Array<ComboboxOption<OrVariable<Name>>> => [
  ...variableOptions('', [...VALUE_VARIABLES, ...moreTypes]),
  ...names,
];
