import React, { useMemo, type ReactNode } from 'react';
import { useSearchParams } from 'react-router-dom';
import { PluginPage } from '@grafana/runtime';
import { Alert, EmptyState, LinkButton, Stack, Text } from '@grafana/ui';
import { useEnvironment, type Environment, type Source } from '../environment';
import { hrefOf } from '../../links/paths';
import { chooseSource } from './chooseSource';
import { SourceContext } from './SourceContext';
import { SourcePicker } from './SourcePicker';

/** Shows its children once it is clear which data source they ask. */
export function SourceGate({ children }: { children: ReactNode }) {
  const environment = useEnvironment();
  const [params] = useSearchParams();
  const sources = useMemo(() => environment.sources(), [environment]);
  const choice = chooseSource(sources, params.get('ds'));
  const source = choice.kind === 'chosen' ? choice.source : undefined;
  const chosen = useMemo(
    () => source && { source, api: environment.openApi(source.url) },
    [environment, source],
  );

  if (choice.kind === 'none') {
    return <NoSource environment={environment} />;
  }
  if (choice.kind === 'unknown') {
    return <UnknownSource uid={choice.uid} sources={sources} />;
  }
  return <SourceContext.Provider value={chosen}>{children}</SourceContext.Provider>;
}

function NoSource({ environment }: { environment: Environment }) {
  const mayAdd = environment.may('datasources:create');
  return (
    <PluginPage>
      <EmptyState
        variant="call-to-action"
        message="Connect Grafana to your Tokenledger"
        button={
          mayAdd && (
            <LinkButton icon="plus" size="lg" href={hrefOf('/connections/datasources/new')}>
              Add data source
            </LinkButton>
          )
        }
      >
        {mayAdd
          ? 'These pages read from a data source of the type Tokenledger ledger. Add one: it needs the URL of your backend and a key of the scope "grafana".'
          : 'These pages read from a data source of the type Tokenledger ledger, and there is none that you may use. Ask an administrator of Grafana to add one.'}
      </EmptyState>
    </PluginPage>
  );
}

function UnknownSource({ uid, sources }: { uid: string; sources: Source[] }) {
  return (
    <PluginPage>
      <Alert severity="warning" title="This link names a data source that is not here">
        <Stack direction="column" gap={2}>
          <Text element="p">
            The data source &quot;{uid}&quot; was deleted, or is not in this organisation of Grafana. Another
            one may give other numbers, so choose which to ask.
          </Text>
          <SourcePicker sources={sources} />
        </Stack>
      </Alert>
    </PluginPage>
  );
}
