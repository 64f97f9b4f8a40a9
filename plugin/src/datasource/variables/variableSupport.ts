import {
  CustomVariableSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type MetricFindValue,
} from '@grafana/data';
import { map, type Observable } from 'rxjs';
import type { Api } from '../../api/client';
import type { DimensionValuesRequest } from '../../api/wire';
import type { TokenledgerDataSource } from '../datasource';
import { VariableQueryEditor } from '../editor/VariableQueryEditor';
import { interpolateFilter } from '../interpolateFilter';
import type { Replace } from '../interpolateText';
import { NONE } from '../none';
import type { TokenledgerOptions, TokenledgerQuery, VariableQuery } from '../query';
import { periodOf, wireTimes } from '../time/period';

/** As many as the API gives at once. */
const MOST_VALUES = 1000;

/** Query variables: the values of a dimension, narrowed by filters that may name other variables. */
export class VariableSupport extends CustomVariableSupport<
  TokenledgerDataSource,
  VariableQuery,
  TokenledgerQuery,
  TokenledgerOptions
> {
  override readonly editor = VariableQueryEditor;
  private readonly datasource: Pick<TokenledgerDataSource, 'api' | 'replaceWith'>;

  constructor(datasource: Pick<TokenledgerDataSource, 'api' | 'replaceWith'>) {
    super();
    this.datasource = datasource;
  }

  override query(request: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    const { api, replaceWith } = this.datasource;
    return variableValues(api, request, replaceWith(request.scopedVars)).pipe(map((data) => ({ data })));
  }
}

type VariableRequest = Omit<DataQueryRequest<VariableQuery>, 'range'> & {
  range?: DataQueryRequest['range'];
};

/** With most calls first, unless the variable sorts them itself. What has no value is one of them: "(none)". */
export function variableValues(
  api: Pick<Api, 'dimensionValues'>,
  { targets: [saved], range, scopedVars }: VariableRequest,
  replace: Replace,
): Observable<MetricFindValue[]> {
  // A new variable comes with nothing, or with an empty text.
  const { dimension = 'org_id', filters = [] }: Partial<VariableQuery> = saved ?? {};
  const search: unknown = scopedVars?.__searchFilter?.value;
  const request: DimensionValuesRequest = {
    // A variable that is loaded once with the dashboard has no time; the backend then takes the last 30 days.
    ...(range && wireTimes(periodOf(range))),
    ...(typeof search === 'string' && search !== '' && { q: search }),
    filters: filters.flatMap((filter) => interpolateFilter(filter, replace)),
    limit: MOST_VALUES,
  };
  return api
    .dimensionValues(dimension, request)
    .pipe(map(({ values }) => values.map(({ value }) => ({ text: value ?? NONE, value: value ?? NONE }))));
}
