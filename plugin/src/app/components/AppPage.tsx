import React, { useMemo, type ReactNode } from 'react';
import type { NavModelItem } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Stack } from '@grafana/ui';
import { useEnvironment } from '../environment';
import { useSource } from '../source/SourceContext';
import { SourcePicker } from '../source/SourcePicker';

interface Props {
  /** Only for pages that are not in Grafana's menu. */
  pageNav?: NavModelItem;
  subTitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the app, with a choice of the data source where there are several. */
export function AppPage({ pageNav, subTitle, actions, children }: Props) {
  const environment = useEnvironment();
  const { source } = useSource();
  const sources = useMemo(() => environment.sources(), [environment]);
  return (
    <PluginPage
      pageNav={pageNav}
      subTitle={subTitle}
      actions={
        <Stack gap={2} wrap="wrap" alignItems="center">
          {sources.length > 1 && <SourcePicker sources={sources} value={source.uid} />}
          {actions}
        </Stack>
      }
    >
      {children}
    </PluginPage>
  );
}
