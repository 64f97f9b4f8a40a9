import { prepareStack } from './prepare.mjs';

/**
 * The service `start` of docker-compose.yml: `node scripts/stack/start-step.mjs`, once, before everything else. Built-ins only.
 */
const env = (/** @type {string} */ name, byDefault = '') => process.env[name]?.trim() || byDefault;

try {
  prepareStack({
    root: env('STACK_FOLDER', '/stack'),
    grafanaFolder: '/run/tokenledger',
    backendUrl: 'http://backend:4318',
    sql: { address: 'timescaledb:5432', database: 'tokenledger', sslmode: 'disable' },
    database: 'timescaledb:5432',
    // What an installation from before this step was made with.
    given: { 'database-password': env('POSTGRES_PASSWORD'), 'admin-key': env('TOKENLEDGER_ADMIN_KEY') },
  });
  process.stdout.write(`Everything is prepared; secrets that were there have been kept.
  Grafana     ${env('GRAFANA_ROOT_URL', 'http://127.0.0.1:3000/')}
  user        admin
  password    docker compose exec grafana cat /run/tokenledger/grafana-admin-password
  send spans  docker compose exec backend cat /run/tokenledger/ingest-key   (the key to send with)
`);
} catch (error) {
  process.stderr.write(`The stack cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
