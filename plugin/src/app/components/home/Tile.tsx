import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, Text, useStyles2, type IconName } from '@grafana/ui';

export type Tone = 'success' | 'warning' | 'error';

const TONE_ICONS: Record<Tone, IconName> = {
  success: 'check-circle',
  warning: 'exclamation-triangle',
  error: 'exclamation-circle',
};

interface Props {
  label: string;
  /** The one thing to read. */
  value: NonNullable<ReactNode>;
  tone?: Tone;
  children?: ReactNode;
}

/** One answer at a glance, with its details in small. */
export function Tile({ label, value, tone, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.tile} role="group" aria-label={label}>
      <Text variant="bodySmall" color="secondary">
        {label}
      </Text>
      <div className={styles.value}>
        {tone && <Icon name={TONE_ICONS[tone]} size="xl" className={styles[tone]} />}
        <Text variant="h3" element="p">
          {value}
        </Text>
      </div>
      <div className={styles.details}>{children}</div>
    </div>
  );
}

/** Tiles beside each other as far as there is room. */
export function TileGrid({ children }: { children: ReactNode }) {
  return <div className={useStyles2(getStyles).grid}>{children}</div>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${theme.spacing(29)}), 1fr))`,
  }),
  tile: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    minWidth: 0,
    padding: theme.spacing(2),
    borderRadius: theme.shape.radius.default,
    border: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
    background: theme.colors.background.primary,
  }),
  value: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    p: { margin: 0, overflowWrap: 'anywhere' },
  }),
  details: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
  success: css({ color: theme.colors.success.text, flexShrink: 0 }),
  warning: css({ color: theme.colors.warning.text, flexShrink: 0 }),
  error: css({ color: theme.colors.error.text, flexShrink: 0 }),
});
