import React from 'react';
import { PluginPage } from '@grafana/runtime';

export function HomePage() {
  return <PluginPage>Tokenledger</PluginPage>;
}
