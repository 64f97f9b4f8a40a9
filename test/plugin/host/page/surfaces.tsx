import React, { useCallback, useEffect, useMemo, useState } from 'react';
import {
  applyFieldOverrides,
  type AppPlugin,
  type AppPluginMeta,
  CoreApp,
  createTheme,
  type DataFrame,
  type DataQuery,
  type DataSourceJsonData,
  type DataSourceSettings,
  type PanelData,
} from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Box, Table } from '@grafana/ui';
import { type Location, type Navigator, Route, Router, Routes, useLocation } from 'react-router-dom';
import { runQueries, type Source, type SourcePlugin, timeRange } from './source';

/** What a test may read from the page: `window.host`. */
export interface HostState {
  query?: DataQuery;
  options?: DataSourceSettings;
  data?: { frames: unknown; errors: unknown };
}
const state: HostState = {};
Object.assign(window, { host: state });

const publish = (data: PanelData): void => {
  state.data = {
    errors: data.errors ?? [],
    frames: data.series.map(({ name, fields, meta, length }) => ({
      name,
      length,
      meta,
      fields: fields.map(({ name: field, type, config, labels, values }) => ({
        name: field,
        type,
        config,
        labels,
        values: [...values],
      })),
    })),
  };
};

/** The query editor over a query of the address, running it whenever it asks for that. */
export function QueryEditorSurface({
  plugin,
  source,
  start,
}: {
  plugin: SourcePlugin;
  source: Source;
  start: DataQuery;
}) {
  const [query, setQuery] = useState(start);
  const [data, setData] = useState<PanelData>();
  const run = useCallback(() => {
    void runQueries(source, [state.query ?? start]).then((answer) => {
      publish(answer);
      setData(answer);
    });
  }, [source, start]);
  const change = useCallback((next: DataQuery) => {
    state.query = next;
    setQuery(next);
  }, []);
  useEffect(run, [run]);
  const range = useMemo(timeRange, []);
  const Editor = plugin.components.QueryEditor;
  return Editor ? (
    <Editor
      datasource={source}
      query={query}
      queries={[query]}
      onChange={change}
      onRunQuery={run}
      app={CoreApp.PanelEditor}
      range={range}
      {...(data && { data })}
    />
  ) : (
    <>This data source has no query editor.</>
  );
}

export function ConfigEditorSurface({
  plugin,
  start,
}: {
  plugin: SourcePlugin;
  start: DataSourceSettings<DataSourceJsonData>;
}) {
  const [options, setOptions] = useState(start);
  const change = useCallback((next: DataSourceSettings<DataSourceJsonData>) => {
    state.options = next;
    setOptions(next);
  }, []);
  const Editor = plugin.components.ConfigEditor;
  return Editor ? (
    <Editor options={options} onOptionsChange={change} />
  ) : (
    <>This data source has no config editor.</>
  );
}

/** The frames of a query, each as Grafana's table draws it. */
export function TableSurface({ source, query, dark }: { source: Source; query: DataQuery; dark: boolean }) {
  const [frames, setFrames] = useState<DataFrame[]>([]);
  useEffect(() => {
    void runQueries(source, [query]).then((answer) => {
      publish(answer);
      setFrames(
        applyFieldOverrides({
          data: answer.series,
          fieldConfig: { defaults: {}, overrides: [] },
          replaceVariables: (text) => text,
          theme: createTheme({ colors: { mode: dark ? 'dark' : 'light' } }),
          timeZone: 'utc',
        }),
      );
    });
  }, [source, query, dark]);
  return (
    <>
      {frames.map((frame, index) => (
        <Box key={index} padding={2}>
          <Table data={frame} width={window.innerWidth - 32} height={400} />
        </Box>
      ))}
    </>
  );
}

/** The package `history` comes without types. */
interface History extends Navigator {
  readonly location: Location;
  listen(changed: (location: Location) => void): () => void;
}

/** The app below /a/tokenledger-app, on the history that `locationService` moves. */
export function AppSurface({ plugin, meta }: { plugin: AppPlugin; meta: AppPluginMeta }) {
  const history = locationService.getHistory() as History;
  const [location, setLocation] = useState(history.location);
  useEffect(() => history.listen(setLocation), [history]);
  return (
    <Router navigator={history} location={location}>
      <Routes>
        <Route path="/a/:pluginId/*" element={<Root plugin={plugin} meta={meta} />} />
      </Routes>
    </Router>
  );
}

function Root({ plugin, meta }: { plugin: AppPlugin; meta: AppPluginMeta }) {
  const { pathname } = useLocation();
  const App = plugin.root;
  return App ? (
    <App
      meta={meta}
      basename={`/a/${meta.id}`}
      path={pathname}
      query={locationService.getSearchObject()}
      onNavChanged={() => {}}
    />
  ) : null;
}
