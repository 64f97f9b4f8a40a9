import React from 'react';
import { css, keyframes } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** Lines where text will be, so that nothing jumps when it comes. */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div role="status" aria-label={label} className={styles.lines}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles.line} />
      ))}
    </div>
  );
}

const pulse = keyframes({ '50%': { opacity: 0.4 } });

const getStyles = (theme: GrafanaTheme2) => ({
  lines: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    padding: theme.spacing(1, 0),
  }),
  line: css({
    height: theme.spacing(2),
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
    '&:nth-child(3n+2)': { width: '80%' },
    '&:nth-child(3n)': { width: '60%' },
    [theme.transitions.handleMotion('no-preference')]: {
      animation: `${pulse} 1.6s ease-in-out infinite`,
    },
  }),
});
