import { remediesOf } from './pending-remedies.js';
import type { PendingGroup } from './pending-store.js';

const group = (overrides: Partial<PendingGroup> = {}): PendingGroup => ({
  ...{
    reason: 'unknown_model',
    provider: 'openai',
    model: 'gpt-x',
    serviceTier: null,
    calls: 2,
    tokens: '10',
  },
  ...{ meters: [], oldest: Date.UTC(2026, 9, 3, 10), newest: Date.UTC(2026, 9, 5, 10) },
  ...overrides,
});
const commands = (overrides: Partial<PendingGroup>): Record<string, string> =>
  Object.fromEntries(remediesOf(group(overrides)).map(({ kind, command }) => [kind, command]));
const RUN = 'npm run -s tokenledger --';

it('gives a price, an alias, zero prices or giving up, from the first call to behind the last', () => {
  expect(commands({})).toEqual({
    price: `${RUN} prices set --provider openai --model gpt-x --input USD_PER_MILLION --output USD_PER_MILLION --effective-from 2026-10-03`,
    alias: `${RUN} prices set --provider openai --model gpt-x --same-as MODEL --effective-from 2026-10-03`,
    free: `${RUN} prices set --provider openai --model gpt-x --free --effective-from 2026-10-03`,
    free_provider: `${RUN} prices set --provider openai --model '*' --free --effective-from 2026-10-03`,
    write_off: `${RUN} pending write-off --reason unknown_model --provider openai --model gpt-x --before 2026-10-06 --note WHY`,
  });
});

it('asks for every meter that the calls use, and for their tier', () => {
  const { price } = commands({ reason: 'no_price_for_tier', meters: ['cache_read'], serviceTier: 'flex' });
  expect(price).toContain(
    '--service-tier flex --input USD_PER_MILLION --output USD_PER_MILLION --cache-read USD_PER_MILLION',
  );
});

it('puts the alias first for a deployment of Azure', () => {
  const [first] = remediesOf(
    group({ reason: 'deployment_alias_missing', provider: 'azure', model: 'my-gpt4o-prod' }),
  );
  expect(first?.command).toContain('--provider azure --model my-gpt4o-prod --same-as MODEL');
});

it.each(['no_usage', 'inconsistent_usage', 'aborted_stream'])('offers no price for %s', (reason) => {
  expect(Object.keys(commands({ reason }))).toEqual(['usage', 'write_off']);
});

it('offers only giving up what may be a copy', () => {
  expect(Object.keys(commands({ reason: 'late_context_gone' }))).toEqual(['write_off']);
});

it('covers any provider, and the whole of one, where names lack', () => {
  expect(commands({ provider: null })['price']).toContain("--provider '*' --model gpt-x");
  expect(Object.keys(commands({ model: null }))).toEqual(['free_provider', 'write_off']);
});

it('lets no name act in a shell', () => {
  expect(commands({ model: "x'; rm -rf $(HOME) #" })['free']).toContain(
    `--model 'x'\\''; rm -rf $(HOME) #' --free`,
  );
  expect(commands({ model: '--yes' })['free']).toContain('--model=--yes --free');
});
