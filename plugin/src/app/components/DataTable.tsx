import React, { Fragment, type ReactNode } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';

export interface Column<Row> {
  id: string;
  header: string;
  /** Numbers stand at the right. */
  align?: 'right';
  cell: (row: Row) => ReactNode;
  /** Set where the rows can be sorted by it. */
  sort?: { direction: 'asc' | 'desc' | null; onSort: () => void };
}

interface Props<Row> {
  /** For screen readers. */
  label: string;
  columns: ReadonlyArray<Column<Row>>;
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** A line of its own under a row, for example its error. */
  below?: (row: Row) => ReactNode;
  /** For the mouse only: a cell must hold a link to the same for the keyboard. */
  onRowClick?: (row: Row) => void;
  /** For narrow places: little padding, and text wraps. */
  compact?: boolean;
}

/** A plain table; too wide for a small screen, it scrolls in itself. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  below,
  onRowClick,
  compact = false,
}: Props<Row>) {
  const styles = useStyles2(getStyles);
  return (
    // What scrolls must be reachable by keyboard.
    <div className={styles.scroller} tabIndex={0}>
      <table className={cx(styles.table, compact && styles.compact)} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={cx(column.align && styles.right)}
                aria-sort={sortState(column)}
              >
                <Header column={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const line = below?.(row);
            return (
              <Fragment key={keyOf(row)}>
                <tr
                  className={cx(onRowClick && styles.clickable)}
                  onClick={onRowClick && (() => onRowClick(row))}
                >
                  {columns.map((column) => (
                    <td key={column.id} className={cx(column.align && styles.right)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
                {line && (
                  <tr className={styles.below}>
                    <td colSpan={columns.length}>
                      <div className={styles.line}>{line}</div>
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Header<Row>({ column: { header, sort } }: { column: Column<Row> }) {
  const styles = useStyles2(getStyles);
  if (!sort) {
    return header;
  }
  return (
    <button type="button" className={styles.sort} onClick={sort.onSort}>
      {header}
      {sort.direction && <Icon name={sort.direction === 'asc' ? 'arrow-up' : 'arrow-down'} size="sm" />}
    </button>
  );
}

function sortState<Row>({ sort }: Column<Row>): 'ascending' | 'descending' | undefined {
  if (!sort?.direction) {
    return undefined;
  }
  return sort.direction === 'asc' ? 'ascending' : 'descending';
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroller: css({
    containerType: 'inline-size',
    overflowX: 'auto',
    border: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.primary,
  }),
  table: css({
    width: '100%',
    fontVariantNumeric: 'tabular-nums',
    'th, td': {
      padding: theme.spacing(1, 2),
      textAlign: 'left',
      verticalAlign: 'top',
      whiteSpace: 'nowrap',
    },
    th: {
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
    },
    'tbody tr': { borderTop: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}` },
  }),
  compact: css({
    fontSize: theme.typography.bodySmall.fontSize,
    '&& th, && td': { padding: theme.spacing(0.75, 1), whiteSpace: 'normal' },
  }),
  right: css({ '&&': { textAlign: 'right' } }),
  clickable: css({ cursor: 'pointer', '&:hover': { background: theme.colors.action.hover } }),
  // What stands under a row belongs to it, and is read without scrolling sideways.
  below: css({ '&&': { borderTop: 'none' }, '&& td': { paddingTop: 0, whiteSpace: 'normal' } }),
  line: css({
    position: 'sticky',
    left: theme.spacing(2),
    maxWidth: `calc(100cqw - ${theme.spacing(4)})`,
  }),
  sort: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: 0,
    border: 'none',
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    '&:hover': { color: theme.colors.text.primary },
  }),
});
