import type { Command } from 'commander';
import { addPriceChangeCommands } from './price-change-commands.js';
import { changeText, priceText, since, type Change, type Version } from './price-text.js';
import { printTable } from './print-table.js';
import { readText } from './read-text.js';
import type { Run } from './run.js';

/** `prices list|show|set|import|expire|withdraw|diff|reload`. */
export function addPriceCommands(program: Command, run: Run): void {
  const prices = program.command('prices').description('the price book');
  addList(prices, run);
  addShow(prices, run);
  addPriceChangeCommands(prices, run);
  addDiff(prices, run);
  addReload(prices, run);
}

const query = (values: Record<string, string | undefined>): string =>
  new URLSearchParams(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();

function addList(prices: Command, run: Run): void {
  prices
    .command('list')
    .description('show price versions, newest first')
    .option('--provider <provider>', 'only this provider')
    .option('--model <model>', 'only this model')
    .option('--source <source>', 'catalogue, override or contract')
    .option('--limit <n>', 'at most so many', '50')
    .action((options: Record<string, string>) =>
      run(async (api) => {
        const { prices: list } = await api.get<{ prices: Version[] }>(`/api/v1/prices?${query(options)}`);
        if (!list.length) return 'There is no such price.';
        return printTable(
          [
            'id',
            'source',
            'organisation',
            'provider',
            'model',
            'tier',
            'from',
            'price (USD)',
            'author',
            'note',
          ],
          list.map((price) => [
            price.id,
            price.source,
            price.org_id,
            price.provider,
            price.model,
            price.service_tier,
            since(price.effective_from),
            priceText(price),
            price.author,
            price.note,
          ]),
        );
      }),
    );
}

function addShow(prices: Command, run: Run): void {
  prices
    .command('show')
    .description('every price of one model, and which is in force')
    .argument('<provider>')
    .argument('<model>', 'as a call names it')
    .option('--org <org_id>', 'for this organisation, with its contracts')
    .option('--service-tier <tier>', 'batch, flex, priority, …')
    .option('--at <time>', 'in force then; a date or a time')
    .action((provider: string, model: string, options: { org?: string; serviceTier?: string; at?: string }) =>
      run(async (api) => {
        const name = {
          provider,
          model,
          org_id: options.org,
          service_tier: options.serviceTier,
          at: options.at,
        };
        const {
          in_force: held,
          pending_reason: reason,
          versions,
        } = await api.get<{
          in_force: { price: Version; multiplier: string } | null;
          pending_reason: string | null;
          versions: { state: string; price: Version }[];
        }>(`/api/v1/prices/model?${query(name)}`);
        const now = held
          ? `In force: ${held.multiplier === '1' ? '' : `${held.multiplier} × `}${priceText(held.price)} (version ${held.price.id}, ${held.price.source}); USD per million tokens.`
          : `In force: no price (${reason ?? ''}); calls of this model are pending. Set one with: npm run -s tokenledger -- prices set --provider ${quoted(provider)} --model ${quoted(model)} --input … --output …`;
        if (!versions.length) return now;
        const table = printTable(
          [
            'id',
            'state',
            'source',
            'organisation',
            'tier',
            'from',
            'recorded',
            'price (USD)',
            'author',
            'note',
          ],
          versions.map(({ state, price }) => [
            price.id,
            state.replace('_', ' '),
            price.source,
            price.org_id,
            price.service_tier,
            since(price.effective_from),
            price.recorded_at,
            priceText(price),
            price.author,
            price.note,
          ]),
        );
        const names = new Set(versions.flatMap(({ price }) => price.names));
        return `${now}\n\n${table}\n\nNames it is found by: ${[...names].join(', ')}`;
      }),
    );
}

const quoted = (word: string): string =>
  /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function addDiff(prices: Command, run: Run): void {
  prices
    .command('diff')
    .description('what `import FILE`, or without a file `reload`, would change')
    .argument('[file]')
    .action((file: string | undefined) =>
      run(async (api) =>
        changeText(
          file === undefined
            ? await api.get<Change>('/api/v1/prices/diff')
            : await api.post<Change>('/api/v1/prices/import', { ...(await readText(file)), dry_run: true }),
        ),
      ),
    );
}

function addReload(prices: Command, run: Run): void {
  prices
    .command('reload')
    .description('read PRICES_FILE and the bundled catalogue again')
    .action(() => run(async (api) => changeText(await api.post<Change>('/api/v1/prices/reload', {}))));
}
