import React, { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { Box, Stack, Tab, TabContent, TabsBar, Text, useStyles2 } from '@grafana/ui';
import { useEnvironment } from '../../environment';
import { useLoad } from '../../load/useLoad';
import { useSource } from '../../source/SourceContext';
import { Code } from '../Code';
import { ENDPOINT_PLACEHOLDER, MAKE_KEY, SNIPPETS } from './snippets';

/** How to send data, to copy. */
export function SendData({ mayChange }: { mayChange: boolean }) {
  const environment = useEnvironment();
  const { source } = useSource();
  const address = useLoad(useMemo(() => environment.backendUrl(source.uid), [environment, source.uid]));
  const styles = useStyles2(getStyles);
  const [tab, setTab] = useState(SNIPPETS[0].id);
  const endpoint = (!address.stale && address.value) || ENDPOINT_PLACEHOLDER;
  const snippet = SNIPPETS.find(({ id }) => id === tab) ?? SNIPPETS[0];
  return (
    <Stack direction="column" gap={2} alignItems="stretch">
      <Stack direction="column" gap={0.5} alignItems="stretch">
        <Text element="p">
          {mayChange
            ? 'First make a key, where the backend runs. It is shown once; put it where the snippets say YOUR_KEY.'
            : 'You need a key. Whoever runs the backend makes one like this; put it where the snippets say YOUR_KEY.'}
        </Text>
        <Code code={MAKE_KEY} wrap copyLabel={mayChange ? 'Copy the command that makes a key' : undefined} />
      </Stack>
      <div>
        <TabsBar>
          {SNIPPETS.map(({ id, label }) => (
            <Tab key={id} label={label} active={id === tab} onChangeTab={() => setTab(id)} />
          ))}
        </TabsBar>
        <TabContent className={styles.tab}>
          <Box paddingTop={2}>
            <Stack direction="column" gap={1} alignItems="stretch">
              <Text element="p" color="secondary">
                {snippet.text}
              </Text>
              <Code code={snippet.code(endpoint)} copyLabel={`Copy the snippet: ${snippet.label}`} />
              <Text element="p" color="secondary" variant="bodySmall">
                {endpoint === ENDPOINT_PLACEHOLDER
                  ? 'Put the address of your backend in place of YOUR-TOKENLEDGER.'
                  : `${endpoint} is where Grafana reaches the backend. From your app it may have another name.`}
              </Text>
            </Stack>
          </Box>
        </TabContent>
      </div>
    </Stack>
  );
}

const getStyles = () => ({ tab: css({ background: 'none' }) });
