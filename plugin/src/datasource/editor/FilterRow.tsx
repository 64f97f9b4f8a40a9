import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Combobox, IconButton, useStyles2 } from '@grafana/ui';
import React, { useEffect, useId, useRef } from 'react';
import type { Api } from '../../api/client';
import type { EventField } from '../../api/wire';
import { EVENT_FIELD_LABELS, OPERATOR_LABELS } from '../labels';
import { withOperator, type Condition } from './condition';
import { FilterValues } from './FilterValues';
import type { ValueScope } from './loadValues';
import { optionsOf } from './options';

const FIELDS = optionsOf(EVENT_FIELD_LABELS);
const OPERATORS = optionsOf(OPERATOR_LABELS);

interface Props<Field extends EventField> {
  api: Pick<Api, 'dimensionValues'>;
  /** What a screen reader calls the row. */
  name: string;
  fields: readonly Field[];
  condition: Condition<Field>;
  scope: ValueScope;
  /** Whether the reader has just added it. */
  focus: boolean;
  onChange: (condition: Condition<Field>) => void;
  onRemove: () => void;
}

/** One condition: a field, an operator, and what it is compared with. */
export function FilterRow<Field extends EventField>(props: Props<Field>) {
  const { api, name, fields, condition, scope, focus, onChange, onRemove } = props;
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus) {
      // Selected, as after a tab: what is typed then searches, instead of being added to the name that stands there.
      const picker = row.current?.querySelector('input');
      picker?.focus();
      picker?.select();
    }
  }, [focus]);
  const styles = useStyles2(getStyles);
  const field = EVENT_FIELD_LABELS[condition.field].label;
  const options = FIELDS.flatMap((option) =>
    fields.filter((one) => one === option.value).map((value) => ({ ...option, value })),
  );
  return (
    <div ref={row} className={styles.row} role="group" aria-label={name}>
      <span id={`${id}field`} hidden>{`${name}: field`}</span>
      <span id={`${id}operator`} hidden>{`${name}: operator`}</span>
      <span id={`${id}values`} hidden>{`${name}: values of ${field}`}</span>
      <div className={styles.field}>
        <Combobox
          aria-labelledby={`${id}field`}
          options={options}
          value={condition.field}
          onChange={({ value }) => onChange({ ...condition, field: value, values: [] })}
        />
      </div>
      <div className={styles.operator}>
        <Combobox
          aria-labelledby={`${id}operator`}
          options={OPERATORS}
          value={condition.operator}
          onChange={({ value }) => onChange(withOperator(condition, value))}
        />
      </div>
      <div className={styles.values}>
        <FilterValues
          key={condition.field}
          api={api}
          aria-labelledby={`${id}values`}
          condition={condition}
          scope={scope}
          onChange={(values) => onChange({ ...condition, values })}
        />
      </div>
      <IconButton
        className={styles.remove}
        name="trash-alt"
        aria-label={`Remove filter on ${field}`}
        tooltip={`Remove filter on ${field}`}
        onClick={onRemove}
      />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    width: '100%',
    maxWidth: theme.spacing(120),
  }),
  field: css({ flex: `1 1 ${theme.spacing(17)}`, minWidth: 0, maxWidth: theme.spacing(26) }),
  operator: css({ flex: `1 1 ${theme.spacing(15)}`, minWidth: 0, maxWidth: theme.spacing(20) }),
  values: css({ flex: `4 1 ${theme.spacing(28)}`, minWidth: 0 }),
  remove: css({ flex: '0 0 auto', margin: theme.spacing(0, 0.5) }),
});
