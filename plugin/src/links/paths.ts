import { locationUtil, urlUtil } from '@grafana/data';

const ROOT = '/a/tokenledger-app';

/** What a link's query may hold; undefined is left out. */
export type LinkParams = Record<string, string | string[] | undefined>;

/** The pages' addresses. All name the data source, so that a shared link asks the same one. */
export interface Paths {
  home(): string;
  calls(params: LinkParams): string;
  trace(traceId: string, spanId?: string): string;
  conversation(conversationId: string, orgId?: string): string;
}

/** Addresses for the router, which knows the sub-path that Grafana may be served under. */
export const pathsFor = (sourceUid: string): Paths => ({
  home: () => path('home', { ds: sourceUid }),
  calls: (params) => path('calls', { ...params, ds: sourceUid }),
  trace: (traceId, span) => path(`trace/${encodeURIComponent(traceId)}`, { span, ds: sourceUid }),
  conversation: (id, orgId) =>
    path(`conversation/${encodeURIComponent(id)}`, { org_id: orgId, ds: sourceUid }),
});

function path(page: string, params: LinkParams): string {
  const told = Object.entries(params).filter(([, value]) => value !== undefined);
  return urlUtil.renderUrl(`${ROOT}/${page}`, Object.fromEntries(told));
}

/** For plain links: with the sub-path. */
export const hrefOf = (routerPath: string): string => locationUtil.assureBaseUrl(routerPath);

/** The same query in Explore. Only who may explore gets there: Grafana sends others to its home. */
export function explorePath(
  source: { uid: string; type: string },
  query: { queryType: string } & Record<string, unknown>,
  range: { from: string; to: string },
): string {
  const datasource = { uid: source.uid, type: source.type };
  const panes = { tl: { datasource: source.uid, queries: [{ refId: 'A', datasource, ...query }], range } };
  return urlUtil.renderUrl('/explore', { schemaVersion: '1', panes: JSON.stringify(panes) });
}
