import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';

interface Props {
  code: string;
  /** What is copied, for screen readers. Without it the code is for reading only. */
  copyLabel?: string;
  /** In one line, scrolling sideways, or as many as it needs. */
  wrap?: boolean;
}

/** A command or a snippet, with a button that copies it. */
export function Code({ code, copyLabel, wrap = false }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.box}>
      {/* What scrolls must be reachable by keyboard. */}
      <pre className={styles.code} data-wrap={wrap} tabIndex={0}>
        <code>{code}</code>
      </pre>
      {copyLabel && (
        <ClipboardButton
          className={styles.copy}
          size="sm"
          variant="secondary"
          fill="text"
          icon="copy"
          aria-label={copyLabel}
          tooltip="Copy"
          getText={() => code}
        />
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: theme.spacing(0.5),
    minWidth: 0,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.canvas,
    border: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
  }),
  code: css({
    flex: 1,
    minWidth: 0,
    margin: 0,
    padding: theme.spacing(0.75, 1),
    border: 'none',
    background: 'none',
    color: theme.colors.text.primary,
    overflowX: 'auto',
    whiteSpace: 'pre',
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    '&[data-wrap="true"]': { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
    code: { all: 'unset', font: 'inherit' },
  }),
  copy: css({ flexShrink: 0 }),
});
