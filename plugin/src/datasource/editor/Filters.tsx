import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Label, useStyles2 } from '@grafana/ui';
import React, { useId, useRef, useState } from 'react';
import type { Api } from '../../api/client';
import { DIMENSIONS, type EventField } from '../../api/wire';
import { isComplete, type Condition } from './condition';
import { FilterRow } from './FilterRow';
import type { ValueScope } from './loadValues';

interface Props<Field extends EventField> {
  api: Pick<Api, 'dimensionValues'>;
  /** What can be filtered by, in the order of the picker. */
  fields: readonly Field[];
  filters: ReadonlyArray<Condition<Field>>;
  range: ValueScope['range'];
  onChange: (filters: Array<Condition<Field>>) => void;
}

interface Row<Field extends EventField> {
  key: number;
  condition: Condition<Field>;
}

/**
 * The conditions of a query, all of which must hold. A row without values stays here and is not told: a query never asks
 * for half a condition.
 */
export function Filters<Field extends EventField>({ api, fields, filters, range, onChange }: Props<Field>) {
  const addButton = useRef<HTMLButtonElement>(null);
  const labelId = useId();
  const styles = useStyles2(getStyles);
  const [rows, setRows] = useState(() => rowsOf(filters, 0));
  const told = JSON.stringify(filters);
  const [known, setKnown] = useState(told);
  const [added, setAdded] = useState<number | null>(null);

  // Others change the query too: an example of the help, Grafana's history.
  if (known !== told) {
    setKnown(told);
    if (JSON.stringify(complete(rows)) !== told) {
      setRows(rowsOf(filters, nextKey(rows)));
    }
  }

  const update = (next: Array<Row<Field>>) => {
    setRows(next);
    if (JSON.stringify(complete(next)) !== JSON.stringify(complete(rows))) {
      onChange(complete(next));
    }
  };
  const add = () => {
    const used = new Set(rows.map(({ condition }) => condition.field));
    const field = fields.find((name) => !used.has(name)) ?? fields[0];
    if (field !== undefined) {
      const key = nextKey(rows);
      setAdded(key);
      update([...rows, { key, condition: { field, operator: 'in', values: [] } }]);
    }
  };
  const remove = (key: number) => {
    update(rows.filter((row) => row.key !== key));
    addButton.current?.focus();
  };

  return (
    <div role="group" aria-labelledby={labelId}>
      <Label id={labelId}>Filters</Label>
      <div className={styles.rows}>
        {rows.map(({ key, condition }, index) => (
          <FilterRow
            key={key}
            api={api}
            name={`Filter ${index + 1}`}
            fields={fields}
            condition={condition}
            scope={{ range, filters: narrowing(rows.filter((row) => row.key !== key)) }}
            focus={key === added}
            onChange={(changed) =>
              update(rows.map((row) => (row.key === key ? { key, condition: changed } : row)))
            }
            onRemove={() => remove(key)}
          />
        ))}
        <Button ref={addButton} variant="secondary" size="sm" icon="plus" onClick={add}>
          Add filter
        </Button>
      </div>
    </div>
  );
}

const nextKey = (rows: ReadonlyArray<Row<EventField>>) => Math.max(-1, ...rows.map(({ key }) => key)) + 1;

const rowsOf = <Field extends EventField>(filters: ReadonlyArray<Condition<Field>>, firstKey: number) =>
  filters.map((condition, index): Row<Field> => ({ key: firstKey + index, condition }));

const complete = <Field extends EventField>(rows: ReadonlyArray<Row<Field>>) =>
  rows.map(({ condition }) => condition).filter(isComplete);

/** The other conditions narrow the values that a row offers, as far as the backend can count by them. */
const narrowing = (rows: ReadonlyArray<Row<EventField>>): ValueScope['filters'] =>
  complete(rows).flatMap(({ field, operator, values }) =>
    DIMENSIONS.filter((dimension) => dimension === field).map((dimension) => ({
      dimension,
      operator,
      values,
    })),
  );

const getStyles = (theme: GrafanaTheme2) => ({
  rows: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: theme.spacing(1) }),
});
