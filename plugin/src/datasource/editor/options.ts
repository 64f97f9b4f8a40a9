import type { ComboboxOption } from '@grafana/ui';
import type { Label } from '../labels';

/** The names of a record of labels as options, in its order. */
export const optionsOf = <Name extends string>(
  labels: Readonly<Record<Name, Label & { group?: string }>>,
): Array<ComboboxOption<Name>> =>
  (Object.keys(labels) as Name[]).map((value) => {
    const { label, description, group } = labels[value];
    return { value, label, description, ...(group && { group }) };
  });

/** The same for buttons, where the explanation appears on hovering. */
export const buttonsOf = <Name extends string>(
  labels: Readonly<Record<Name, Label>>,
  names: readonly Name[],
) => names.map((value) => ({ value, label: labels[value].label, description: labels[value].description }));
