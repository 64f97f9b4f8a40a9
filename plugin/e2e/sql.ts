import { ADMIN, ask } from './grafana';

/** Rows of a statement, by Grafana's PostgreSQL data source. */
export async function sqlRows(rawSql: string): Promise<unknown[][]> {
  const datasource = { uid: 'tokenledger-sql' };
  const { status, body } = await ask<{
    results: { A: { frames: Array<{ data: { values: unknown[][] } }> } };
  }>('/api/ds/query', {
    method: 'POST',
    as: ADMIN,
    body: {
      from: 'now-1h',
      to: 'now',
      queries: [{ refId: 'A', datasource, format: 'table', rawQuery: true, rawSql }],
    },
  });
  if (status !== 200) throw new Error(JSON.stringify(body));
  const columns = body.results.A.frames[0].data.values;
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]));
}
