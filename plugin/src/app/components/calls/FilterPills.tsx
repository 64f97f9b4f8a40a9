import React from 'react';
import { Button, Stack } from '@grafana/ui';
import type { EventField } from '../../../api/wire';
import {
  COST_QUALITY_LABELS,
  COST_STATUS_LABELS,
  EVENT_FIELD_LABELS,
  EVENT_KIND_LABELS,
  REASON_LABELS,
  type Label,
} from '../../../datasource/labels';
import { NOT_SET, type FieldValues } from './callsState';

const VALUE_LABELS: Readonly<Partial<Record<EventField, Readonly<Record<string, Label>>>>> = {
  cost_status: COST_STATUS_LABELS,
  cost_reason: REASON_LABELS,
  cost_quality: COST_QUALITY_LABELS,
  kind: EVENT_KIND_LABELS,
};

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
