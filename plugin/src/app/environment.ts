import { createContext, useContext } from 'react';
import { config, getBackendSrv, getDataSourceSrv, hasPermission } from '@grafana/runtime';
import { catchError, map, of, type Observable } from 'rxjs';
import { createApi, type Api } from '../api/client';

export const SOURCE_TYPE = 'tokenledger-datasource';

/** A data source of ours, as far as the pages need it. */
export interface Source {
  uid: string;
  name: string;
  /** Where Grafana's proxy answers for it. */
  url: string;
  isDefault: boolean;
}

/** What the pages need of Grafana. */
export interface Environment {
  sources(): Source[];
  openApi(url: string): Api;
  /** As Grafana calls whoever is signed in; the backend knows only an id of its. */
  userName(): string;
  /** Whether Grafana lets this user do it, for example `datasources:create`. */
  may(action: string): boolean;
  /** The backend's own address as Grafana's server reaches it; null when this user may not know. */
  backendUrl(sourceUid: string): Observable<string | null>;
}

const grafana: Environment = {
  sources: () =>
    getDataSourceSrv()
      .getList({ type: SOURCE_TYPE })
      .map(({ uid, name, url, isDefault }) => ({
        uid,
        name,
        url: url ?? `/api/datasources/proxy/uid/${uid}`,
        isDefault: isDefault ?? false,
      })),
  openApi: createApi,
  userName: () => config.bootData.user.name || config.bootData.user.login,
  may: hasPermission,
  backendUrl: (uid) =>
    getBackendSrv()
      .fetch<{ url?: string }>({
        url: `/api/datasources/uid/${encodeURIComponent(uid)}`,
        showErrorAlert: false,
      })
      .pipe(
        map(({ data }) => data.url?.replace(/\/+$/, '') || null),
        catchError(() => of(null)),
      ),
};

export const EnvironmentContext = createContext<Environment>(grafana);
export const useEnvironment = (): Environment => useContext(EnvironmentContext);
