import React, { lazy, Suspense } from 'react';
import { AppPlugin, type AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';

const LazyApp = lazy(async () => ({ default: (await import('./app/App')).App }));

function Root(props: AppRootProps) {
  return (
    <Suspense fallback={<LoadingPlaceholder text="Loading Tokenledger" />}>
      <LazyApp {...props} />
    </Suspense>
  );
}

export const plugin = new AppPlugin().setRootPage(Root);
