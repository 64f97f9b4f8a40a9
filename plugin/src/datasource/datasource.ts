import {
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type TestDataSourceResponse,
} from '@grafana/data';
import { type Observable, of } from 'rxjs';
import type { TokenledgerOptions, TokenledgerQuery } from './query';

export class TokenledgerDataSource extends DataSourceApi<TokenledgerQuery, TokenledgerOptions> {
  override query(_: DataQueryRequest<TokenledgerQuery>): Observable<DataQueryResponse> {
    return of({ data: [] });
  }

  override testDatasource(): Promise<TestDataSourceResponse> {
    return Promise.resolve({ status: 'success', message: 'Nothing is asked yet.' });
  }
}
