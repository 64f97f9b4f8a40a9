import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Text, useStyles2 } from '@grafana/ui';
import React from 'react';
import { CopyBlock } from './CopyBlock';
import { CREATE_KEY_COMMAND } from './createKeyCommand';

/** GRAFANA_TEAM_ORG_ID of the backend, when nobody sets it. */
const DEFAULT_ORG_ID = 1;

/** What to do on the backend's machine, with the values of this very Grafana. */
export function BackendSteps() {
  const styles = useStyles2(getStyles);
  return (
    <>
      <section className={styles.step}>
        <Text element="h3" variant="h5">
          1. Tell the backend about this Grafana
        </Text>
        <Text element="p" color="secondary">
          Set these for the backend and restart it. With them it verifies who is asking, so that people see
          only what they may. If the backend reaches Grafana at another address than your browser does, change
          GRAFANA_URL, and only that.
        </Text>
        <CopyBlock what="the settings" text={backendSettings()} />
      </section>
      <section className={styles.step}>
        <Text element="h3" variant="h5">
          2. Make a key
        </Text>
        <Text element="p" color="secondary">
          Run this where the backend is installed. The key is shown once. Alone it opens nothing: the backend
          also wants to know from Grafana who is asking.
        </Text>
        <CopyBlock what="the command" text={CREATE_KEY_COMMAND} />
      </section>
    </>
  );
}

function backendSettings(): string {
  const { appUrl, bootData } = config;
  const { orgId } = bootData.user;
  const lines = [`GRAFANA_URL=${appUrl.replace(/\/$/, '')}`, `GRAFANA_ISSUER=${appUrl}`];
  return [...lines, ...(orgId === DEFAULT_ORG_ID ? [] : [`GRAFANA_TEAM_ORG_ID=${orgId}`])].join('\n');
}

const getStyles = (theme: GrafanaTheme2) => ({
  step: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
});
