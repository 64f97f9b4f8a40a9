import React, { useId, useState } from 'react';
import { Combobox, Stack, type ComboboxOption } from '@grafana/ui';
import { firstValueFrom } from 'rxjs';
import type { TimeRange } from '@grafana/data';
import { DIMENSIONS, EVENT_FIELDS, type EventField } from '../../../api/wire';
import { EVENT_FIELD_LABELS } from '../../../datasource/labels';
import { periodOf, wireTimes } from '../../../datasource/time/period';
import { useSource } from '../../source/SourceContext';
import { dimensionFilters, NOT_SET, type CallsState } from './callsState';
import { knownValues } from './FilterPills';

interface Props {
  state: CallsState;
  range: TimeRange | null;
  onAdd: (field: EventField, value: string) => void;
}

const VALUES_AT_A_TIME = 50;

/** First the field, then its value: from a list where there is one, or typed. */
export function AddFilter({ state, range, onAdd }: Props) {
  const { api } = useSource();
  const [field, setField] = useState<EventField | null>(null);
  const [fieldLabelId, valueLabelId] = [useId(), useId()];
  const dimension = DIMENSIONS.find((known) => known === field);

  const searchValues = async (q: string): Promise<ComboboxOption[]> => {
    if (!dimension) {
      return [];
    }
    const { values } = await firstValueFrom(
      api.dimensionValues(dimension, {
        ...(range && wireTimes(periodOf(range))),
        ...(q && { q }),
        filters: dimensionFilters(state, dimension),
        limit: VALUES_AT_A_TIME,
      }),
    );
    return values.map(({ value }) =>
      value === null ? { value: NOT_SET, label: 'not set' } : { value, label: value },
    );
  };

  return (
    <Stack gap={1} wrap="wrap">
      <span id={fieldLabelId} hidden>
        Filter by
      </span>
      <Combobox
        aria-labelledby={fieldLabelId}
        placeholder="Filter by…"
        isClearable
        width="auto"
        minWidth={16}
        maxWidth={32}
        options={FIELD_OPTIONS}
        value={field}
        onChange={(option) => setField(option?.value ?? null)}
      />
      {field && (
        <>
          <span id={valueLabelId} hidden>
            {`Value of ${EVENT_FIELD_LABELS[field].label}`}
          </span>
          <Combobox
            key={field}
            aria-labelledby={valueLabelId}
            placeholder={dimension || knownValues(field) ? 'Choose a value…' : 'Type a value…'}
            autoFocus
            createCustomValue
            width="auto"
            minWidth={24}
            maxWidth={48}
            options={knownValues(field) ?? searchValues}
            onChange={({ value }) => {
              onAdd(field, value);
              setField(null);
            }}
          />
        </>
      )}
    </Stack>
  );
}

const FIELD_OPTIONS: Array<ComboboxOption<EventField>> = EVENT_FIELDS.map((value) => ({
  value,
  ...EVENT_FIELD_LABELS[value],
}));
