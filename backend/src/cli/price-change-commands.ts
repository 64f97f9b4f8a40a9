import type { Command } from 'commander';
import { changePrices, type ChangeOptions } from './change-prices.js';
import { setBody, type SetOptions } from './price-options.js';
import { readText } from './read-text.js';
import type { Run } from './run.js';

/** `prices set|import|expire|withdraw`: each shows what it does and asks before it is made. */
export function addPriceChangeCommands(prices: Command, run: Run): void {
  addSet(prices, run);
  addImport(prices, run);
  addExpire(prices, run);
  addWithdraw(prices, run);
}

const asChange = (command: Command): Command =>
  command
    .option('--note <text>', 'why; kept with the price')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--yes', 'do not ask; without a terminal nothing is changed otherwise');

const asEntry = (command: Command): Command =>
  command
    .requiredOption('--provider <provider>', "as in the catalogue, like openai or azure; '*' any")
    .requiredOption('--model <model>', "as the catalogue or your calls name it; '*' the whole provider")
    .option('--org <org_id>', 'the contract of this organisation; else an override for all')
    .option('--service-tier <tier>', 'batch, flex, priority, …');

function addSet(prices: Command, run: Run): void {
  asChange(
    asEntry(prices.command('set').description('record a price; USD per million tokens'))
      .option('--alias <name...>', 'more names of the model')
      .option('--region <region>', 'Bedrock only: us, eu, apac, global, …')
      .option('--effective-from <date>', 'a date (UTC) or a time; left out: since the beginning of time')
      .option('--input <usd>')
      .option('--output <usd>')
      .option('--cache-read <usd>')
      .option('--cache-write-5m <usd>')
      .option('--cache-write-1h <usd>')
      .option('--request <usd>', 'for each request')
      .option('--price <name=usd...>', 'any other: input_audio=10, web_search=0.01 (each), …')
      .option('--tier-above <tokens name=usd...>', 'dearer calls: 200000 input=5 output=20; may be repeated')
      .option('--same-as <model>', 'priced like this model: for deployments and aliases')
      .option('--same-as-provider <provider>', 'the other model is of this provider')
      .option('--multiplier <factor>', '0.85 is 15 % off the price otherwise in force')
      .option('--free', 'costs nothing'),
  )
    .addHelpText('after', EXAMPLES)
    .action((options: SetOptions & ChangeOptions) =>
      run((api) => changePrices(api, '/api/v1/prices', setBody(options), options)),
    );
}

const EXAMPLES = `
Examples:
  prices set --provider openai --model gpt-4o --input 2.5 --cache-read 1.25 --output 10 --effective-from 2026-11-01
  prices set --provider azure --model my-gpt4o-prod --same-as gpt-4o
  prices set --provider openai --model '*' --org acme --multiplier 0.85 --note 'contract 2026-17'
  prices set --provider google --model gemini-2.5-pro --input 1.25 --output 10 --tier-above 200000 input=2.5 output=15
  prices set --provider vllm --model '*' --free`;

function addImport(prices: Command, run: Run): void {
  asChange(
    prices
      .command('import')
      .description('record every entry of a prices file (YAML or JSON); takes nothing back')
      .argument('<file>'),
  ).action((file: string, options: ChangeOptions & { note?: string }) =>
    run(async (api) =>
      changePrices(api, '/api/v1/prices/import', { ...(await readText(file)), note: options.note }, options),
    ),
  );
}

function addExpire(prices: Command, run: Run): void {
  asChange(
    asEntry(
      prices
        .command('expire')
        .description('end an override or a contract: the next one or the catalogue decides'),
    ).requiredOption('--from <date>', 'a date (UTC) or a time'),
  ).action(
    (
      options: ChangeOptions & {
        provider: string;
        model: string;
        org?: string;
        serviceTier?: string;
        from: string;
        note?: string;
      },
    ) =>
      run((api) => {
        const { provider, model, org, serviceTier, from, note } = options;
        const body = { provider, model, org_id: org, service_tier: serviceTier, from, note };
        return changePrices(api, '/api/v1/prices/expire', body, options);
      }),
  );
}

function addWithdraw(prices: Command, run: Run): void {
  asChange(
    prices
      .command('withdraw')
      .description('take back one version that was recorded by mistake')
      .argument('<id>', 'of `prices list`'),
  ).action((id: string, options: ChangeOptions & { note?: string }) =>
    run((api) => changePrices(api, '/api/v1/prices/withdraw', { id, note: options.note }, options)),
  );
}
