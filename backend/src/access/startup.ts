import { isLoopback } from './loopback.js';

/** What decides whether anybody could use the server. */
export interface StartupFacts {
  readonly host: string;
  readonly embedded: boolean;
  readonly hasAdminKey: boolean;
  /** Number of keys in the database that are not revoked. */
  readonly liveKeys: number;
}

/** Why the server must not start, and what to do, or null: it would run where every request needs a key and nobody has one. */
export function startupProblem({ host, embedded, hasAdminKey, liveKeys }: StartupFacts): string | null {
  if (hasAdminKey || liveKeys > 0 || (embedded && isLoopback(host))) return null;
  const why = embedded
    ? `HOST is ${host}, so that other machines can reach this server and every request needs a key`
    : 'DATABASE_URL is set, so that every request needs a key';
  return [
    `${why}, but there is no key yet. Do one of these and start again:`,
    '  make a key:        npm run -s tokenledger -- keys create --name first --scope admin',
    '  or set an own one: TOKENLEDGER_ADMIN_KEY=$(openssl rand -hex 32)',
    ...(embedded ? ['  or stay local:     HOST=127.0.0.1'] : []),
  ].join('\n');
}
