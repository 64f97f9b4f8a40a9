import React, { Fragment, type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

export interface Fact {
  label: string;
  /** Null, undefined or empty: left out. */
  value: ReactNode;
}

/** Names and values: beside each other (`row`), or one per line (`list`). */
export function Facts({ facts, layout }: { facts: readonly Fact[]; layout: 'row' | 'list' }) {
  const styles = useStyles2(getStyles);
  const told = facts.filter(({ value }) => value !== null && value !== undefined && value !== '');
  if (layout === 'list') {
    return (
      <dl className={styles.list}>
        {told.map(({ label, value }) => (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
    );
  }
  return (
    <dl className={styles.row}>
      {told.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const names = {
    margin: 0,
    dt: {
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightRegular,
    },
    dd: { margin: 0, minWidth: 0, overflowWrap: 'anywhere', fontVariantNumeric: 'tabular-nums' },
  } as const;
  return {
    row: css({
      ...names,
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(2, 4),
      '& dd': { fontSize: theme.typography.h5.fontSize },
    }),
    list: css({
      ...names,
      display: 'grid',
      gridTemplateColumns: `minmax(${theme.spacing(12)}, max-content) 1fr`,
      alignItems: 'baseline',
      gap: theme.spacing(0.75, 2),
    }),
  };
};
