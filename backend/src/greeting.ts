import type { Config } from './config.js';
import type { RunningServer } from './start-server.js';

/** What the terminal shows once the server listens: every address it serves, and where the data is. */
export function greeting({ url, engine, reading }: RunningServer, { dataDir, databaseUrl }: Config): string {
  const database =
    engine === 'embedded' || databaseUrl === null
      ? `embedded TimescaleDB in ${dataDir}, for evaluation and tests: set DATABASE_URL for production`
      : `TimescaleDB at ${new URL(databaseUrl).host}`;
  const sqlUsers =
    reading.port === null
      ? ''
      : `\n  SQL, read only       127.0.0.1:${reading.port}, password: npm run -s tokenledger -- status`;
  return `Tokenledger listens on ${url}
  spans (OTLP/HTTP)    ${url}/v1/traces
  events (JSON)        ${url}/v1/events
  API                  ${url}/docs   ${url}/openapi.json
  health and metrics   ${url}/healthz   ${url}/readyz   ${url}/metrics
  database             ${database}${sqlUsers}`;
}
