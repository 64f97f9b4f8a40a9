import { css } from '@emotion/css';
import { type DataSourcePluginOptionsEditorProps, type GrafanaTheme2 } from '@grafana/data';
import { Field, Input, SecretInput, Text, useStyles2 } from '@grafana/ui';
import React, { useId } from 'react';
import { KEY_HEADER, type TokenledgerOptions, type TokenledgerSecureOptions } from '../query';
import { AdvancedSettings } from './AdvancedSettings';
import { BackendSteps } from './BackendSteps';

export type ConfigProps = DataSourcePluginOptionsEditorProps<TokenledgerOptions, TokenledgerSecureOptions>;

/** The settings of a data source: what to do on the backend, then its URL and key. */
export function ConfigEditor(props: ConfigProps) {
  const { options, onOptionsChange } = props;
  const styles = useStyles2(getStyles);
  const id = useId();
  const setUrl = (url: string) => onOptionsChange({ ...options, url: url.trim() });
  return (
    <div className={styles.editor}>
      <BackendSteps />
      <section aria-labelledby={`${id}connection`}>
        <Text element="h3" variant="h5">
          <span id={`${id}connection`}>3. Connect</span>
        </Text>
        <div className={styles.fields}>
          <Field
            noMargin
            label="URL of the backend"
            description="As the server of Grafana reaches it, not your browser"
          >
            <Input
              id={`${id}url`}
              placeholder="http://127.0.0.1:4318"
              value={options.url}
              disabled={options.readOnly}
              spellCheck={false}
              onChange={({ currentTarget }) => setUrl(currentTarget.value)}
            />
          </Field>
          <KeyField {...props} id={`${id}key`} />
          <AdvancedSettings {...props} />
        </div>
      </section>
    </div>
  );
}

/** The key goes to Grafana's server with the settings, is stored there encrypted, and never comes back. */
function KeyField({ id, options, onOptionsChange }: ConfigProps & { id: string }) {
  const isSet = Boolean(options.secureJsonFields?.httpHeaderValue1);
  const setKey = (key: string) =>
    onOptionsChange({
      ...options,
      jsonData: { ...options.jsonData, httpHeaderName1: KEY_HEADER },
      secureJsonData: { ...options.secureJsonData, httpHeaderValue1: key.trim() },
    });
  const reset = () =>
    onOptionsChange({
      ...options,
      secureJsonFields: { ...options.secureJsonFields, httpHeaderValue1: false },
      secureJsonData: { ...options.secureJsonData, httpHeaderValue1: '' },
    });
  return (
    <Field
      noMargin
      label="Key"
      description="The key of step 2; Grafana keeps it encrypted and sends it for you"
    >
      {options.readOnly ? (
        // SecretInput would offer "Reset" here too.
        <Input id={id} disabled value={isSet ? 'configured' : 'not set'} />
      ) : (
        <SecretInput
          id={id}
          isConfigured={isSet}
          value={options.secureJsonData?.httpHeaderValue1 ?? ''}
          placeholder="tlk_…"
          autoComplete="off"
          onChange={({ currentTarget }) => setKey(currentTarget.value)}
          onReset={reset}
        />
      )}
    </Field>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  editor: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(4),
    maxWidth: theme.spacing(90),
    marginBottom: theme.spacing(4),
  }),
  fields: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(2),
    marginTop: theme.spacing(1),
  }),
});
