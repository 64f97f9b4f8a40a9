import React, { useEffect } from 'react';
import { MemoryRouter, Route, Routes, useLocation } from 'react-router-dom';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { of } from 'rxjs';
import type { Api } from '../../api/client';
import { App } from '../App';
import { EnvironmentContext, type Environment, type Source } from '../environment';
import { fakeApi } from './fakeApi';

export const aSource = (uid: string, isDefault = false): Source => ({
  uid,
  name: `Ledger ${uid}`,
  url: `/proxy/${uid}`,
  isDefault,
});

// Whole pages take their time in jsdom on a busy machine; nothing here is about time.
jest.setTimeout(60_000);

interface Options {
  api?: Partial<Api>;
  sources?: Source[];
  /** What Grafana lets the user do. */
  permissions?: string[];
  backendUrl?: string | null;
}

/** The app at an address, as Grafana mounts it. `address()` is where it went from there. */
export function renderApp(path: string, options: Options = {}) {
  const { api = {}, sources = [aSource('main')], permissions = [], backendUrl = null } = options;
  const opened: string[] = [];
  const environment: Environment = {
    sources: () => sources,
    openApi: (url) => {
      opened.push(url);
      return fakeApi(api);
    },
    userName: () => 'Ada Lovelace',
    may: (action) => permissions.includes(action),
    backendUrl: () => of(backendUrl),
  };
  const visited: string[] = [];
  const view = render(
    <EnvironmentContext.Provider value={environment}>
      <MemoryRouter initialEntries={[`/a/tokenledger-app${path}`]} future={FUTURE}>
        <Addresses onVisit={(address) => visited.push(address)} />
        <Routes>
          <Route path="/a/tokenledger-app/*" element={<App {...ROOT_PROPS} />} />
        </Routes>
      </MemoryRouter>
    </EnvironmentContext.Provider>,
  );
  return {
    ...view,
    user: userEvent.setup(),
    address: () => visited.at(-1),
    /** The backends that were asked, by their proxy's URL. */
    opened,
  };
}

function Addresses({ onVisit }: { onVisit: (address: string) => void }) {
  const { pathname, search } = useLocation();
  useEffect(() => {
    onVisit(`${pathname}${search}`);
  });
  return null;
}

/** Only so that the router does not announce its next version in every test. */
const FUTURE = { v7_startTransition: true, v7_relativeSplatPath: true };

type RootProps = React.ComponentProps<typeof App>;
// The app reads none of it.
const ROOT_PROPS = {} as RootProps;

/** Grafana's page frame, as far as tests look at it. */
export function PluginPageStub({
  pageNav,
  subTitle,
  actions,
  children,
}: {
  pageNav?: { text: string };
  subTitle?: React.ReactNode;
  actions?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <div>
      {pageNav && <h1>{pageNav.text}</h1>}
      {subTitle}
      {actions}
      {children}
    </div>
  );
}
