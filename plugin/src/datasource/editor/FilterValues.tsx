import { Combobox, MultiCombobox } from '@grafana/ui';
import React from 'react';
import type { Api } from '../../api/client';
import { CommitInput } from './CommitInput';
import { valueInputOf, type Condition } from './condition';
import { fixedValues, type ValueScope } from './loadValues';
import { useValueOptions } from './useValueOptions';

interface Props {
  api: Pick<Api, 'dimensionValues'>;
  'aria-labelledby': string;
  condition: Condition;
  scope: ValueScope;
  onChange: (values: string[]) => void;
}

/** What a condition compares with: known values with their number of calls, template variables, or what is typed. */
export function FilterValues({ api, 'aria-labelledby': labelledBy, condition, scope, onChange }: Props) {
  const options = useValueOptions(api, condition.field, scope);
  const { operator, values } = condition;
  const fixed = fixedValues(condition.field);
  const named = (value: string) => ({
    value,
    label: fixed?.find((option) => option.value === value)?.label ?? value,
  });
  switch (valueInputOf(operator)) {
    case 'none':
      return null;
    case 'many':
      return (
        <MultiCombobox
          aria-labelledby={labelledBy}
          placeholder="Choose values"
          options={options}
          createCustomValue
          isClearable
          value={values.map(named)}
          onChange={(chosen) => onChange(chosen.map(({ value }) => value))}
        />
      );
    case 'one':
      return (
        <Combobox
          aria-labelledby={labelledBy}
          placeholder="Choose a value"
          options={options}
          createCustomValue
          value={values[0] === undefined ? null : named(values[0])}
          onChange={({ value, infoOption }) => (infoOption ? undefined : onChange([value]))}
        />
      );
    case 'text':
      return (
        <CommitInput
          aria-labelledby={labelledBy}
          placeholder={
            operator === 'contains' ? 'A part of the value, or $variable' : 'gpt-.*, (a|b), or $variable'
          }
          value={values[0] ?? ''}
          onCommit={(text) => onChange(text === '' ? [] : [text])}
        />
      );
  }
}
