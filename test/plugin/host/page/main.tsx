import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  type AppPlugin,
  type AppPluginMeta,
  createTheme,
  type DataQuery,
  type DataSourceSettings,
  PluginContextProvider,
  ThemeContext,
} from '@grafana/data';
import { config, setBackendSrv, setCurrentUser, setDataSourceSrv, setTemplateSrv } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { createBackendSrv } from './backendSrv';
import { measure } from './measure';
import { loadPlugin } from './shared';
import { loadSource } from './source';
import { AppSurface, ConfigEditorSurface, QueryEditorSurface, TableSurface } from './surfaces';
import { createTemplateSrv } from './templateSrv';

/** The address says what is shown: /a/tokenledger-app/… or /host/<surface>?query=<JSON>. */
const BASE = '/public/plugins/tokenledger-app';
const parameters = new URLSearchParams(window.location.search);
const json = <T,>(name: string, otherwise: T): T => {
  const text = parameters.get(name);
  return text === null ? otherwise : (JSON.parse(text) as T);
};
/** Set by the server, see page.html. */
const dark = document.documentElement.dataset['theme'] !== 'light';

async function surface(): Promise<React.JSX.Element> {
  setCurrentUser(config.bootData.user);
  setBackendSrv(createBackendSrv());
  setTemplateSrv(createTemplateSrv(json('variables', {})));
  const { plugin, source, srv } = await loadSource(BASE);
  setDataSourceSrv(srv);
  const query = json<DataQuery>('query', { refId: 'A' });
  switch (window.location.pathname) {
    case '/host/query-editor':
      return <QueryEditorSurface plugin={plugin} source={source} start={query} />;
    case '/host/config-editor':
      return <ConfigEditorSurface plugin={plugin} start={json('options', NEW_SOURCE)} />;
    case '/host/table':
      return <TableSurface source={source} query={query} dark={dark} />;
    default: {
      const meta = (await (await window.fetch(`${BASE}/plugin.json`)).json()) as AppPluginMeta;
      const app = await loadPlugin<AppPlugin>(`${BASE}/module.js`);
      app.meta = meta;
      return (
        <PluginContextProvider meta={meta}>
          <AppSurface plugin={app} meta={meta} />
        </PluginContextProvider>
      );
    }
  }
}

Object.assign(window, { measure });

/** As Grafana hands over a data source that was just added. */
const NEW_SOURCE: DataSourceSettings = {
  id: 1,
  uid: 'tokenledger',
  orgId: 1,
  name: 'Tokenledger',
  type: 'tokenledger-datasource',
  typeName: 'Tokenledger',
  typeLogoUrl: '',
  access: 'proxy',
  url: '',
  user: '',
  database: '',
  basicAuth: false,
  basicAuthUser: '',
  isDefault: false,
  jsonData: {},
  secureJsonFields: {},
  readOnly: false,
  withCredentials: false,
};

void surface().then(
  (shown) => {
    const theme = createTheme({ colors: { mode: dark ? 'dark' : 'light' } });
    const element = document.getElementById('reactRoot');
    if (element) {
      createRoot(element).render(
        <ThemeContext.Provider value={theme}>
          <GlobalStyles />
          {shown}
          <PortalContainer />
        </ThemeContext.Provider>,
      );
    }
  },
  (error: unknown) => {
    document.body.textContent = String(error);
    throw error;
  },
);
