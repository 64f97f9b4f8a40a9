import { MultiCombobox } from '@grafana/ui';
import React from 'react';
import type { Measure } from '../../api/wire';
import { MEASURE_LABELS } from '../labels';
import type { OrVariable } from '../query';
import { EditorField } from './EditorField';
import { optionsOf } from './options';
import { orVariables } from './variableOptions';

const MEASURES = optionsOf(MEASURE_LABELS);

interface Props {
  measures: Array<OrVariable<Measure>>;
  onChange: (measures: Array<OrVariable<Measure>>) => void;
}

export function MeasuresField({ measures, onChange }: Props) {
  return (
    <EditorField
      label="Measures"
      grow={2}
      error={measures.length === 0 ? 'Choose at least one measure' : null}
    >
      {({ 'aria-labelledby': labelledBy }) => (
        <MultiCombobox
          aria-labelledby={labelledBy}
          options={orVariables(MEASURES)}
          value={measures}
          placeholder="Choose measures"
          invalid={measures.length === 0}
          onChange={(chosen) => onChange(chosen.map(({ value }) => value))}
        />
      )}
    </EditorField>
  );
}
