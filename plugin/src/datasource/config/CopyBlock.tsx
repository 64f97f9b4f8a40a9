import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import React from 'react';

interface Props {
  /** Named by the button, as in "Copy the command". */
  what: string;
  text: string;
}

/** Text to be pasted into a terminal or a file. */
export function CopyBlock({ what, text }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.block}>
      <pre className={styles.text}>{text}</pre>
      <ClipboardButton
        className={styles.button}
        icon="copy"
        variant="secondary"
        size="sm"
        aria-label={`Copy ${what}`}
        getText={() => text}
      >
        Copy
      </ClipboardButton>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  block: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    padding: theme.spacing(1, 1, 1, 1.5),
    background: theme.colors.background.canvas,
    border: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  text: css({
    flex: '1 1 0',
    minWidth: theme.spacing(24),
    margin: 0,
    padding: theme.spacing(0.5, 0),
    border: 'none',
    background: 'none',
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    whiteSpace: 'pre-wrap',
    wordBreak: 'normal',
    overflowWrap: 'anywhere',
  }),
  button: css({ flex: '0 0 auto' }),
});
