import React, { useId } from 'react';
import { useSearchParams } from 'react-router-dom';
import { Combobox, Stack, Text } from '@grafana/ui';
import type { Source } from '../environment';

/** Puts the data source into the address; everything else in it stays. */
export function SourcePicker({ sources, value }: { sources: readonly Source[]; value?: string }) {
  const [params, setParams] = useSearchParams();
  const labelId = useId();
  const choose = (uid: string) => {
    const next = new URLSearchParams(params);
    next.set('ds', uid);
    setParams(next);
  };
  return (
    <Stack alignItems="center" gap={1}>
      <Text color="secondary" variant="bodySmall" id={labelId}>
        Data source
      </Text>
      <Combobox
        aria-labelledby={labelId}
        options={sources.map(({ uid, name }) => ({ value: uid, label: name }))}
        value={value}
        placeholder="Choose"
        onChange={({ value: uid }) => choose(uid)}
        width="auto"
        minWidth={20}
        maxWidth={40}
      />
    </Stack>
  );
}
