import {
  DataSourceApi,
  type AdHocVariableFilter,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type GetTagResponse,
  type MetricFindValue,
  type QueryFixAction,
  type ScopedVars,
} from '@grafana/data';
import { config, getTemplateSrv } from '@grafana/runtime';
import { catchError, defer, firstValueFrom, forkJoin, map, of, type Observable } from 'rxjs';
import { ApiError, messageOf } from '../api/apiError';
import { createApi, type Api } from '../api/client';
import { withAdhoc } from './adhoc/adhocFilters';
import { tagKeys, tagValues } from './adhoc/tags';
import { annotationSupport } from './annotations/annotationSupport';
import { checkConnection, type ConnectionCheck } from './config/checkConnection';
import { describeQuery } from './describeQuery';
import { interpolateQuery } from './interpolate';
import type { Replace } from './interpolateText';
import { migrateQuery } from './migrate';
import { DEFAULTS, type TokenledgerOptions, type TokenledgerQuery } from './query';
import type { RunContext } from './run/answer';
import { respond, type Outcome } from './run/respond';
import { runQuery } from './run/runQuery';
import { periodOf } from './time/period';
import { zoneName, zoneOf } from './time/zone';
import { VariableSupport } from './variables/variableSupport';

/** Where Grafana does not say how wide it draws. */
const USUAL_POINTS = 1000;

/** What Grafana asks of a data source; all work is done elsewhere, in functions that know nothing of Grafana's services. */
export class TokenledgerDataSource extends DataSourceApi<TokenledgerQuery, TokenledgerOptions> {
  readonly api: Api;
  override annotations = annotationSupport;
  override variables = new VariableSupport(this);

  constructor(settings: DataSourceInstanceSettings<TokenledgerOptions>) {
    super(settings);
    this.api = createApi(settings.url ?? '');
  }

  /** One emission with all answers: a refresh keeps the old picture until the new one is complete. */
  override query(request: DataQueryRequest<TokenledgerQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.filter((target) => !target.hide && this.filterQuery(target));
    if (targets.length === 0) return of({ data: [] });
    const context = this.contextOf(request);
    const replace = this.replaceWith(request.scopedVars);
    const answers = targets.map((target): Observable<Outcome> => {
      const run = defer(() => {
        const query = interpolateQuery(migrateQuery(target), replace);
        return runQuery(withAdhoc(query, request.filters), context);
      });
      return run.pipe(
        map((answer) => ({ answer })),
        catchError((error: unknown) => of({ error: queryError(target.refId, error) })),
      );
    });
    return forkJoin(answers).pipe(map(respond));
  }

  override testDatasource(): Promise<ConnectionCheck> {
    return checkConnection(this.api);
  }

  /** What cannot be asked at all. A query of Explore with nothing but refId is the default query, so it can. */
  override filterQuery(query: TokenledgerQuery): boolean {
    if (query.queryType === 'trace') return Boolean(query.id);
    return query.queryType !== 'cost' || Boolean(query.traceId && query.spanId);
  }

  override getDefaultQuery(): Partial<TokenledgerQuery> {
    return DEFAULTS.usage;
  }

  override getQueryDisplayText(query: TokenledgerQuery): string {
    try {
      return describeQuery(migrateQuery(query));
    } catch (error) {
      return messageOf(error);
    }
  }

  override interpolateVariablesInQueries(
    queries: TokenledgerQuery[],
    scopedVars: ScopedVars,
    filters?: AdHocVariableFilter[],
  ): TokenledgerQuery[] {
    const replace = this.replaceWith(scopedVars);
    return queries.map((query) =>
      ifPossible(query, () => withAdhoc(interpolateQuery(migrateQuery(query), replace), filters)),
    );
  }

  /** Filtering by a cell of a table in Explore. */
  override modifyQuery(query: TokenledgerQuery, { type, options }: QueryFixAction): TokenledgerQuery {
    const operator = type === 'ADD_FILTER' ? '=' : type === 'ADD_FILTER_OUT' ? '!=' : null;
    if (operator === null || !options?.key) return query;
    const filter = { key: options.key, operator, value: options.value ?? '' };
    return ifPossible(query, () => withAdhoc(migrateQuery(query), [filter]));
  }

  override getTagKeys(options?: DataSourceGetTagKeysOptions<TokenledgerQuery>): Promise<MetricFindValue[]> {
    return Promise.resolve(tagKeys(options?.queries));
  }

  override async getTagValues(
    options: DataSourceGetTagValuesOptions<TokenledgerQuery>,
  ): Promise<GetTagResponse> {
    try {
      return { data: await firstValueFrom(defer(() => tagValues(this.api, options))) };
    } catch (error) {
      return { data: [], error: { message: messageOf(error) } };
    }
  }

  /** Grafana's template variables, those of a panel or row included. */
  readonly replaceWith =
    (scopedVars?: ScopedVars): Replace =>
    (text, format) =>
      getTemplateSrv().replace(text, scopedVars, format);

  private contextOf({ range, timezone, maxDataPoints }: DataQueryRequest): RunContext {
    return {
      api: this.api,
      period: periodOf(range),
      zone: zoneOf(zoneName(timezone)),
      maxDataPoints: maxDataPoints ?? USUAL_POINTS,
      now: Date.now(),
      source: {
        uid: this.uid,
        name: this.name,
        mayExplore: config.bootData.user.permissions?.['datasources:explore'] === true,
      },
    };
  }
}

function queryError(refId: string, error: unknown) {
  const status = error instanceof ApiError ? { status: error.status } : {};
  return { refId, message: messageOf(error), ...status };
}

/** Else the query as it is: asked, it tells what is wrong with it. */
function ifPossible(query: TokenledgerQuery, changed: () => TokenledgerQuery): TokenledgerQuery {
  try {
    return changed();
  } catch {
    return query;
  }
}
