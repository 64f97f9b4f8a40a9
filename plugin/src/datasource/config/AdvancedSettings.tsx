import { Collapse, Field, Input, Stack, Switch } from '@grafana/ui';
import React, { useId, useState } from 'react';
import type { ConfigProps } from './ConfigEditor';

/** What few need: Grafana's own settings for the way to the backend. */
export function AdvancedSettings({ options, onOptionsChange }: ConfigProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const { jsonData, readOnly } = options;
  const set = (change: Partial<typeof jsonData>) =>
    onOptionsChange({ ...options, jsonData: { ...jsonData, ...change } });
  const setTimeout = (text: string) => {
    const seconds = Number(text);
    if (text === '') {
      set({ timeout: undefined });
    } else if (Number.isInteger(seconds) && seconds > 0) {
      set({ timeout: seconds });
    }
  };
  return (
    <Collapse label="Advanced" isOpen={isOpen} onToggle={() => setOpen(!isOpen)} collapsible>
      <Stack direction="column" gap={2}>
        <Field
          noMargin
          label="Timeout in seconds"
          description="How long Grafana waits for the backend; empty: as long as Grafana waits for any data source"
        >
          <Input
            id={`${id}timeout`}
            inputMode="numeric"
            placeholder="30"
            disabled={readOnly}
            value={jsonData.timeout ?? ''}
            onChange={({ currentTarget }) => setTimeout(currentTarget.value)}
          />
        </Field>
        <Field
          noMargin
          label="Skip verification of the backend's certificate"
          description="Only for a backend with a self-signed certificate on a network that you trust"
        >
          <Switch
            id={`${id}tls`}
            disabled={readOnly}
            value={jsonData.tlsSkipVerify ?? false}
            onChange={({ currentTarget }) => set({ tlsSkipVerify: currentTarget.checked })}
          />
        </Field>
      </Stack>
    </Collapse>
  );
}
