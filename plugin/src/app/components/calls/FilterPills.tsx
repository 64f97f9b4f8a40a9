import React from 'react';
import { Button, Stack } from '@grafana/ui';
import type { EventField } from '../../../api/wire';
import { EVENT_FIELD_LABELS, VALUE_LABELS, type Label } from '../../../datasource/labels';
import { NOT_SET, type FieldValues } from './callsState';

/** A value as a reader sees it; ids and names are as they are. */
export const valueLabel = (field: EventField, value: string): string =>
  value === NOT_SET ? 'not set' : (VALUE_LABELS[field]?.[value]?.label ?? value);

/** The values a field can have, where they are known beforehand. */
export const knownValues = (field: EventField): Array<{ value: string } & Label> | undefined => {
  const labels = VALUE_LABELS[field];
  return labels && Object.entries(labels).map(([value, label]) => ({ value, ...label }));
};

interface Props {
  filters: readonly FieldValues[];
  onRemove: (field: EventField) => void;
}

/** What the list is narrowed to; each can be taken away. */
export function FilterPills({ filters, onRemove }: Props) {
  if (filters.length === 0) {
    return null;
  }
  return (
    <Stack gap={1} wrap="wrap" role="group" aria-label="Filters">
      {filters.map(({ field, values }) => {
        const text = `${EVENT_FIELD_LABELS[field].label}: ${values.map((value) => valueLabel(field, value)).join(', ')}`;
        return (
          <Button
            key={field}
            size="sm"
            variant="secondary"
            icon="times"
            aria-label={`Remove the filter ${text}`}
            onClick={() => onRemove(field)}
          >
            {text}
          </Button>
        );
      })}
    </Stack>
  );
}
