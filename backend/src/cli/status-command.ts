import type { Command } from 'commander';
import { printTable } from './print-table.js';
import type { Run } from './run.js';

interface Ready {
  status: string;
  details: Record<string, string>;
}
interface Usage {
  totals: Record<string, string | number | null>;
}
const DAY_MS = 86_400_000;

/** `status`: is it running, on which database, and what came in lately. */
export function addStatusCommand(program: Command, run: Run, sqlPassword: () => string | null): void {
  program
    .command('status')
    .description('is the server running, and what came in during the last day')
    .action(() =>
      run(async (api, running) => {
        const { status, details } = await api.get<Ready>('/readyz');
        const now = Date.now();
        const { totals } = await api.post<Usage>('/api/v1/query', {
          from: new Date(now - DAY_MS).toISOString(),
          to: new Date(now + 60_000).toISOString(),
          interval: null,
          measures: ['calls', 'cost_usd', 'pending_calls', 'coverage'],
          group_by: [],
        });
        const { items } = await api.get<{ items: unknown[] }>('/api/v1/quarantine?limit=1000');
        const password = sqlPassword();
        return printTable(
          ['what', 'value'],
          [
            [
              'server',
              running ? `running on ${api.url}` : 'not running (the database was opened for this command)',
            ],
            ['state', status],
            ...Object.entries(details),
            ...(password === null ? [] : [['password of tokenledger_reader', password]]),
            ...Object.entries(totals).map(([name, value]) => [`${name}, last 24 h`, value]),
            ['quarantined items', items.length === 1000 ? '1000 or more' : items.length],
          ],
        );
      }),
    );
}
