import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { FieldValidationMessage, Label, useStyles2 } from '@grafana/ui';
import React, { useId, type ReactElement, type ReactNode } from 'react';

/** Both, because MultiCombobox can only be named by `aria-labelledby`, and an input is focused by its label's `htmlFor`. */
export interface FieldIds {
  id: string;
  'aria-labelledby': string;
}

interface Props {
  label: string;
  description?: string;
  error?: string | null;
  /** Share of the free width of the row; 0 keeps the width of what is in it. */
  grow?: 0 | 1 | 2;
  children: (ids: FieldIds) => ReactElement;
}

/** A control with its label above; in a row it takes its share and goes to the next line before it gets too narrow. */
export function EditorField({ label, description, error, grow = 1, children }: Props) {
  const id = useId();
  const labelId = `${id}label`;
  const styles = useStyles2(getStyles, grow);
  return (
    <div className={styles.field}>
      <Label id={labelId} htmlFor={id} description={description}>
        {label}
      </Label>
      {children({ id, 'aria-labelledby': labelId })}
      {error && (
        <div className={styles.error} role="alert">
          <FieldValidationMessage>{error}</FieldValidationMessage>
        </div>
      )}
    </div>
  );
}

export function EditorRow({ children }: { children: ReactNode }) {
  return <div className={useStyles2(getRowStyles)}>{children}</div>;
}

const getStyles = (theme: GrafanaTheme2, grow: number) => ({
  field: css({
    flex: grow === 0 ? '0 0 auto' : `${grow} 1 ${theme.spacing(grow * 22)}`,
    minWidth: 0,
    // A number as wide as the window looks like a mistake; lists of names may be.
    maxWidth: grow === 1 ? theme.spacing(44) : '100%',
  }),
  error: css({ marginTop: theme.spacing(0.5) }),
});

const getRowStyles = (theme: GrafanaTheme2) =>
  css({ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: theme.spacing(1, 2) });
