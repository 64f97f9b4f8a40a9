/**
 * Where Grafana reads the reporting views: the server of DATABASE_URL, or the embedded engine's port. Null: nowhere, as the
 * embedded engine's port is switched off.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ address: string, database: string, sslmode: string } | null}
 */
export function sqlAddress(env) {
  const port = env['EMBEDDED_PG_PORT'] || '5433';
  if (!env['DATABASE_URL'])
    return port === '0'
      ? null
      : { address: `127.0.0.1:${port}`, database: 'tokenledger', sslmode: 'disable' };
  const url = new URL(env['DATABASE_URL']);
  return {
    address: `${url.hostname}:${url.port || '5432'}`,
    database: decodeURIComponent(url.pathname.slice(1)) || url.username,
    sslmode: url.searchParams.get('sslmode') ?? 'disable',
  };
}
