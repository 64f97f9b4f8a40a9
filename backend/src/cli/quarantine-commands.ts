import type { Command } from 'commander';
import { printTable } from './print-table.js';
import type { Run } from './run.js';

interface Item {
  id: string;
  last_seen_at: string;
  times_seen: number;
  realm: string;
  reason: string;
  message: string;
  replayable: boolean;
}
interface Outcome {
  id: string;
  replayed: boolean;
  message: string;
}

interface Choice {
  readonly id?: string[];
  readonly reason?: string;
  readonly all?: true;
}
const chosen = ({ id, reason, all }: Choice) => ({
  ...(id && { ids: id }),
  ...(reason && { reason }),
  ...(all && { all }),
});

/** `quarantine list|replay|drop`. */
export function addQuarantineCommands(program: Command, run: Run): void {
  const quarantine = program.command('quarantine').description('items that could not be understood');
  const withChoice = (command: Command): Command =>
    command
      .option('--id <id...>', 'these items')
      .option('--reason <reason>', 'all items with this reason')
      .option('--all', 'all items');

  quarantine
    .command('list')
    .description('show what is kept, oldest first')
    .option('--reason <reason>', 'only this reason')
    .option('--limit <n>', 'at most so many', '100')
    .action((options: { reason?: string; limit: string }) =>
      run(async (api) => {
        const query = new URLSearchParams({
          limit: options.limit,
          ...(options.reason && { reason: options.reason }),
        });
        const { items } = await api.get<{ items: Item[] }>(`/api/v1/quarantine?${query.toString()}`);
        if (!items.length) return 'The quarantine is empty.';
        return printTable(
          ['id', 'last seen', 'times', 'realm', 'reason', 'replayable', 'message'],
          items.map((item) => [
            item.id,
            item.last_seen_at,
            item.times_seen,
            item.realm,
            item.reason,
            item.replayable ? 'yes' : 'no',
            item.message,
          ]),
        );
      }),
    );

  withChoice(quarantine.command('replay').description('try items again whose reason may have gone')).action(
    (options: Choice) =>
      run(async (api) => {
        const { outcomes } = await api.post<{ outcomes: Outcome[] }>(
          '/api/v1/quarantine/replay',
          chosen(options),
        );
        if (!outcomes.length) return 'There is no such item.';
        return printTable(
          ['id', 'replayed', 'message'],
          outcomes.map(({ id, replayed, message }) => [id, replayed ? 'yes' : 'no', message]),
        );
      }),
  );

  withChoice(quarantine.command('drop').description('delete items for ever')).action((options: Choice) =>
    run(async (api) => {
      const { dropped } = await api.post<{ dropped: number }>('/api/v1/quarantine/drop', chosen(options));
      return `${dropped} dropped.`;
    }),
  );
}
