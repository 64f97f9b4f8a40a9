import type { PendingReason, UnbilledReason } from '../ledger/event.js';

/** What a reader can do about a call without a cost, or why there is nothing to do. */
const WHAT_TO_DO: Record<PendingReason | UnbilledReason, string> = {
  no_usage:
    'The span told no token counts. Turn usage on in the instrumentation (OpenAI streams need stream_options.include_usage) and send the event again.',
  inconsistent_usage:
    'The counts contradict each other (for example more cached than sent tokens). Check the instrumentation, or send the event again with correct counts.',
  aborted_stream:
    'The stream ended before the provider told its usage. Send the event again with the counts of the provider.',
  unknown_provider:
    'No price source knows this provider. Add a price for it to PRICES_FILE; an explicit 0 is a price.',
  unknown_model:
    'No price source knows this model. Add a price for it to PRICES_FILE, or update the catalogue.',
  ambiguous_model:
    'The name fits several models with different prices. Add a price for exactly this name to PRICES_FILE.',
  deployment_alias_missing:
    'The name is a deployment of your own. Tell in PRICES_FILE which model it serves, or add a price for it.',
  empty_price_block:
    'The catalogue lists the model without prices, which is not free. Add a price (0 if it is free) to PRICES_FILE.',
  no_price_at_time:
    'No price was in force when the call ended. Add one to PRICES_FILE with an effective_from before the call.',
  no_price_for_meter:
    'The model has no price for one kind of unit this call used. Add that meter to a price in PRICES_FILE.',
  no_price_for_tier: 'The model has no price for this service tier. Add one for the tier to PRICES_FILE.',
  late_context_gone:
    'It arrived too late to be told apart from a copy: its neighbours are no longer stored. Compare it with the records of the provider.',
  failed_no_usage: 'The call failed and used nothing: it is not billed.',
  written_off: 'Somebody gave up finding the cost of this call: it is not billed here.',
  wrapper: 'It repeats the usage of the call it wraps, which carries the cost.',
  duplicate: 'It is another record of a call, which carries the cost.',
};

/** A sentence for a stored reason; null for none. A reason of a newer version is answered in general. */
export function whatToDo(reason: string | null): string | null {
  if (reason === null) return null;
  return Object.hasOwn(WHAT_TO_DO, reason)
    ? WHAT_TO_DO[reason as keyof typeof WHAT_TO_DO]
    : `The reason "${reason}" is not known to this version.`;
}
