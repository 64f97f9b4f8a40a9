import { ADMIN, ask, type User } from './grafana';

export const SQL = { uid: 'tokenledger-sql', type: 'grafana-postgresql-datasource' };

interface Frames {
  results: { A: { error?: string; frames?: Array<{ data: { values: unknown[][] } }> } };
}

/** A statement sent by Grafana's PostgreSQL data source: the values of each column, or why there are none. */
export async function askSql(rawSql: string, as: User = ADMIN) {
  const { status, body } = await ask<Frames>('/api/ds/query', {
    method: 'POST',
    as,
    body: {
      from: 'now-1h',
      to: 'now',
      queries: [{ refId: 'A', datasource: SQL, format: 'table', rawQuery: true, rawSql }],
    },
  });
  const { error, frames } = body.results.A;
  return { status, values: frames?.[0]?.data.values, error };
}

/** Its rows. */
export async function sqlRows(rawSql: string): Promise<unknown[][]> {
  const { status, values: columns = [], error } = await askSql(rawSql);
  if (status !== 200) throw new Error(error);
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]));
}
