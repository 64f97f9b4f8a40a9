import { Combobox } from '@grafana/ui';
import React from 'react';
import { EVENT_FIELDS, EVENT_ORDERS, type EventOrder } from '../../api/wire';
import { EVENT_ORDER_LABELS } from '../labels';
import type { CallsQuery } from '../query';
import { CountInput } from './CountInput';
import { EditorField, EditorRow } from './EditorField';
import type { FieldsProps } from './fieldsProps';
import { Filters } from './Filters';

type Direction = CallsQuery['direction'];

/** Field and direction in one choice, in words. */
const ORDER_NAMES: Record<EventOrder, Record<Direction, string>> = {
  started_at: { desc: 'Newest first', asc: 'Oldest first' },
  cost_usd: { desc: 'Most expensive first', asc: 'Cheapest first' },
  duration_ms: { desc: 'Slowest first', asc: 'Fastest first' },
  total_tokens: { desc: 'Most tokens first', asc: 'Fewest tokens first' },
};

const ORDERS = EVENT_ORDERS.flatMap((orderBy) =>
  (['desc', 'asc'] as const).map((direction) => ({
    value: `${orderBy} ${direction}`,
    label: ORDER_NAMES[orderBy][direction],
    description: EVENT_ORDER_LABELS[orderBy].description,
    orderBy,
    direction,
  })),
);

/** The backend's limit. */
const MOST_CALLS = 1000;

export function CallsFields({ api, query, range, onChange }: FieldsProps<CallsQuery>) {
  const onOrder = (chosen: string) => {
    const order = ORDERS.find(({ value }) => value === chosen);
    if (order) {
      onChange({ orderBy: order.orderBy, direction: order.direction });
    }
  };
  return (
    <>
      <Filters
        api={api}
        fields={EVENT_FIELDS}
        filters={query.filters}
        range={range}
        onChange={(filters) => onChange({ filters })}
      />
      <EditorRow>
        <EditorField label="Order">
          {(ids) => (
            <Combobox
              {...ids}
              options={ORDERS}
              value={`${query.orderBy} ${query.direction}`}
              onChange={({ value }) => onOrder(value)}
            />
          )}
        </EditorField>
        <CountInput
          label="Limit"
          value={query.limit}
          max={MOST_CALLS}
          onCommit={(limit) => onChange({ limit: limit ?? query.limit })}
        />
      </EditorRow>
    </>
  );
}
