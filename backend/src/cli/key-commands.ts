import type { Command } from 'commander';
import { printTable } from './print-table.js';
import type { Run } from './run.js';

interface Key {
  id: string;
  name: string;
  scopes: string[];
  org_id: string | null;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

const keyText = ({ token, id }: { token: string; id: string }): string =>
  `${token}\n\nThis is shown once. Send it as "Authorization: Bearer <key>". Its id is ${id}.`;

/** The two lines first: they are what is copied. */
const grafanaText = ({ token, id }: { token: string; id: string }): string =>
  `Header  X-Tokenledger-Key
Value   ${token}

The value is shown once. Put both into the Tokenledger data source in Grafana: Connections > Data sources, "HTTP headers".
In a provisioning file: jsonData.httpHeaderName1 and secureJsonData.httpHeaderValue1. The id of the key is ${id}.`;

/** `keys create|list|revoke`. */
export function addKeyCommands(program: Command, run: Run): void {
  const keys = program.command('keys').description('API keys');

  keys
    .command('create')
    .description('make a key; its secret is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scope <scope...>', 'ingest, read, admin, or grafana for its data source')
    .option('--org <org_id>', 'bind it to one organisation')
    .action((options: { name: string; scope: string[]; org?: string }) =>
      run(async (api) => {
        const body = { name: options.name, scopes: options.scope, org_id: options.org ?? null };
        const created = await api.post<Key & { token: string }>('/api/v1/keys', body);
        return created.scopes.includes('grafana') ? grafanaText(created) : keyText(created);
      }),
    );

  keys
    .command('list')
    .description('show all keys, without their secrets')
    .action(() =>
      run(async (api) => {
        const { keys: list } = await api.get<{ keys: Key[] }>('/api/v1/keys');
        if (!list.length) return 'There are no keys.';
        return printTable(
          ['id', 'name', 'scopes', 'organisation', 'created', 'last used', 'revoked'],
          list.map((key) => [
            key.id,
            key.name,
            key.scopes.join(','),
            key.org_id,
            key.created_at,
            key.last_used_at,
            key.revoked_at,
          ]),
        );
      }),
    );

  keys
    .command('revoke')
    .argument('<id>', 'id of the key')
    .description('make a key useless')
    .action((id: string) =>
      run(async (api) => {
        await api.delete(`/api/v1/keys/${encodeURIComponent(id)}`);
        return `Key ${id} is revoked.`;
      }),
    );
}
