import { css } from '@emotion/css';
import React from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Box, Stack, Text, useStyles2 } from '@grafana/ui';

/** Stands for Grafana's own page of an app: its title, what is under it, its buttons, and the page itself. */
export function PluginPage({ pageNav, subTitle, actions, renderTitle, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const title = pageNav?.text ?? 'Tokenledger';
  const under = subTitle ?? pageNav?.subTitle ?? null;
  return (
    <main className={styles.page}>
      <Stack justifyContent="space-between" alignItems="start" wrap="wrap">
        <Box marginBottom={2}>
          {renderTitle ? renderTitle(title) : <Text element="h1">{title}</Text>}
          {under !== null && <Text color="secondary">{under}</Text>}
        </Box>
        {actions && <Stack wrap="wrap">{actions}</Stack>}
      </Stack>
      {children}
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    padding: theme.spacing(2),
    [theme.breakpoints.up('md')]: { padding: theme.spacing(4) },
  }),
});
