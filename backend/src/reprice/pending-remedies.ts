import type { PendingGroup } from './pending-store.js';

/** One way to end the waiting of calls, as a command to paste. */
export interface Remedy {
  readonly kind: 'price' | 'alias' | 'free' | 'free_provider' | 'usage' | 'write_off';
  readonly what: string;
  readonly command: string;
}

const RUN = 'npm run -s tokenledger --';
const DAY_MS = 86_400_000;
/** Reasons of the usage, not of the price. */
const LACKS_USAGE = new Set(['no_usage', 'inconsistent_usage', 'aborted_stream']);
/** The name may be another one of a model with a price. */
const MAY_BE_ALIAS = new Set([
  'unknown_provider',
  'unknown_model',
  'ambiguous_model',
  'deployment_alias_missing',
]);

/** What would resolve a group of pending calls, the likeliest first. Pure. */
export function remediesOf(group: PendingGroup): Remedy[] {
  const writeOff: Remedy = { kind: 'write_off', what: 'give up on them', command: writeOffCommand(group) };
  if (LACKS_USAGE.has(group.reason)) return [usageRemedy, writeOff];
  if (group.reason === 'late_context_gone') return [writeOff];
  const { model } = group;
  const named = model === null ? [] : pricesOf(group, model);
  return [
    ...named,
    {
      kind: 'free_provider',
      what: 'say that nothing of this provider costs',
      command: setCommand(group, '*', '--free'),
    },
    writeOff,
  ];
}

const usageRemedy: Remedy = {
  kind: 'usage',
  what: 'send the usage',
  command: 'PUT /api/v1/events/{trace_id}/{span_id}/usage {"input_tokens": …, "output_tokens": …}',
};

function pricesOf(group: PendingGroup, model: string): Remedy[] {
  const meters = ['input', 'output', ...group.meters].map((meter) => `--${meter.replaceAll('_', '-')}`);
  const prices = meters.map((flag) => `${flag} USD_PER_MILLION`).join(' ');
  const alias: Remedy = {
    kind: 'alias',
    what: 'say which model it is',
    command: setCommand(group, model, '--same-as MODEL'),
  };
  const price: Remedy = { kind: 'price', what: 'give a price', command: setCommand(group, model, prices) };
  const free: Remedy = {
    kind: 'free',
    what: 'say that it is free',
    command: setCommand(group, model, '--free'),
  };
  if (group.reason === 'deployment_alias_missing') return [alias, price, free];
  return MAY_BE_ALIAS.has(group.reason) ? [price, alias, free] : [price, free];
}

/** From the day of the oldest call on: a price from today would leave the others waiting. */
function setCommand({ provider, serviceTier, oldest }: PendingGroup, model: string, price: string): string {
  const tier = serviceTier === null ? '' : ` ${option('service-tier', serviceTier)}`;
  return `${RUN} prices set ${option('provider', provider ?? '*')} ${option('model', model)}${tier} ${price} --effective-from ${dayText(oldest)}`;
}

function writeOffCommand({ reason, provider, model, newest }: PendingGroup): string {
  const which = [
    option('reason', reason),
    ...(provider === null ? [] : [option('provider', provider)]),
    ...(model === null ? [] : [option('model', model)]),
  ];
  return `${RUN} pending write-off ${which.join(' ')} --before ${dayText(newest + DAY_MS)} --note WHY`;
}

const dayText = (unixMs: number): string => new Date(unixMs).toISOString().slice(0, 10);

/** Names come from senders: in a shell nothing of them may act, and none may look like an option. */
function option(name: string, value: string): string {
  const quoted = /^[\w.:/@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
  return `--${name}${value.startsWith('-') ? '=' : ' '}${quoted}`;
}
