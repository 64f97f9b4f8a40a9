import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { configure, render } from '@testing-library/react';
import userEvent, { PointerEventsCheckLevel } from '@testing-library/user-event';
import React, { useState } from 'react';
import { of, type Observable } from 'rxjs';
import type { Dimension, DimensionValues, DimensionValuesRequest } from '../../api/wire';
import type { TokenledgerQuery } from '../query';
import { QueryEditor, type EditorProps } from './QueryEditor';

type AskValues = (dimension: Dimension, request?: DimensionValuesRequest) => Observable<DimensionValues>;

const VALUES: DimensionValues = {
  values: [
    { value: 'acme', calls: 1200 },
    { value: 'globex', calls: 1 },
    { value: null, calls: 7 },
  ],
  truncated: false,
};

// Testing Library and the components ask for computed styles all the time, and jsdom goes through every rule for each: that
// alone is nine tenths of the time. No test here depends on styles.
const style = window.getComputedStyle(document.createElement('div'));
window.getComputedStyle = () => style;
configure({ defaultHidden: true, asyncUtilTimeout: 10_000 });
jest.setTimeout(60_000);

export const setUpUser = () =>
  userEvent.setup({ delay: null, pointerEventsCheck: PointerEventsCheckLevel.Never });

/** Template variables that every test of the editors has, as Grafana's service would give them. */
export function setVariables(names: readonly string[], type = 'query') {
  const variables = names.map((name) => ({ name, type }));
  const templates: Partial<TemplateSrv> = {
    getVariables: () => variables as ReturnType<TemplateSrv['getVariables']>,
    replace: (text) => text ?? '',
  };
  setTemplateSrv(templates as TemplateSrv);
}

/** Draws the editor as Grafana does: what it changes comes back as its query. */
export function renderEditor(saved: Partial<TokenledgerQuery> = {}, askValues: AskValues = () => of(VALUES)) {
  const dimensionValues = jest.fn(askValues);
  const onRunQuery = jest.fn();
  let latest = { refId: 'A', ...saved } as TokenledgerQuery;
  const datasource = { api: { dimensionValues } } as unknown as EditorProps['datasource'];
  const Host = () => {
    const [query, setQuery] = useState(latest);
    latest = query;
    return <QueryEditor datasource={datasource} query={query} onChange={setQuery} onRunQuery={onRunQuery} />;
  };
  render(<Host />);
  return {
    user: setUpUser(),
    dimensionValues,
    onRunQuery,
    query: () => latest,
  };
}
