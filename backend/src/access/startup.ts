import { isLoopback } from './loopback.js';

/** What decides whether anybody could use the server. */
export interface StartupFacts {
  readonly host: string;
  readonly embedded: boolean;
  /** GRAFANA_URL is set. */
  readonly grafana: boolean;
  /** TOKENLEDGER_ADMIN_KEY or INGEST_KEY is set. */
  readonly hasConfiguredKey: boolean;
  /** Number of keys in the database that are not revoked and open something by themselves. */
  readonly liveKeys: number;
}

/** Why the server must not start, and what to do, or null: it would run where every request needs a key and nobody has one. */
export function startupProblem({
  host,
  embedded,
  grafana,
  hasConfiguredKey,
  liveKeys,
}: StartupFacts): string | null {
  const local = isLoopback(host);
  if (hasConfiguredKey || liveKeys > 0 || (embedded && local && !grafana)) return null;
  const why = reason({ host, embedded, local });
  return [
    `${why}, but there is no key yet. Do one of these and start again:`,
    '  make a key:        npm run -s tokenledger -- keys create --name first --scope admin',
    '  or set an own one: TOKENLEDGER_ADMIN_KEY=$(openssl rand -hex 32)',
    ...(embedded && !local ? ['  or stay local:     HOST=127.0.0.1'] : []),
    ...(embedded && local ? ['  or go without:     GRAFANA_URL='] : []),
  ].join('\n');
}

function reason({ host, embedded, local }: { host: string; embedded: boolean; local: boolean }): string {
  if (!embedded) return 'DATABASE_URL is set, so that every request needs a key';
  return local
    ? 'GRAFANA_URL is set, so that every request needs a key (everybody in Grafana comes from one address)'
    : `HOST is ${host}, so that other machines can reach this server and every request needs a key`;
}
