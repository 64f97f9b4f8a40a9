import type { Command } from 'commander';
import { printTable } from './print-table.js';
import type { Run } from './run.js';

interface Version {
  id: string;
  source: string;
  source_version: string;
  org_id: string | null;
  provider: string;
  model: string;
  service_tier: string;
  effective_from: string | null;
}

/** `prices list|reload`. */
export function addPriceCommands(program: Command, run: Run): void {
  const prices = program.command('prices').description('the price book');

  prices
    .command('list')
    .description('show price versions, newest first')
    .option('--provider <provider>', 'only this provider')
    .option('--model <model>', 'only this model')
    .option('--source <source>', 'catalogue, override or contract')
    .option('--limit <n>', 'at most so many', '50')
    .action((options: Record<string, string>) =>
      run(async (api) => {
        const { prices: list } = await api.get<{ prices: Version[] }>(
          `/api/v1/prices?${new URLSearchParams(options).toString()}`,
        );
        if (!list.length) return 'There is no such price.';
        return printTable(
          ['id', 'source', 'of', 'organisation', 'provider', 'model', 'tier', 'effective from'],
          list.map((price) => [
            price.id,
            price.source,
            price.source_version,
            price.org_id,
            price.provider,
            price.model,
            price.service_tier,
            price.effective_from,
          ]),
        );
      }),
    );

  prices
    .command('reload')
    .description('read PRICES_FILE and the bundled catalogue again')
    .action(() => run(async (api) => JSON.stringify(await api.post('/api/v1/prices/reload', {}), null, 2)));
}
