import { NOBODY } from '../../backend/src/ledger/attribution.js';
import type { UsageEvent } from '../../backend/src/ledger/event.js';
import type { Usage } from '../../backend/src/usage/usage.js';

/** Usage that tells an input and an output and nothing else. */
export const tokens = (input: number | null, output: number | null, more: Partial<Usage> = {}): Usage => ({
  input_tokens: input,
  cache_read: null,
  cache_write_5m: null,
  cache_write_1h: null,
  input_audio: null,
  cache_read_audio: null,
  input_image: null,
  output_tokens: output,
  reasoning: null,
  output_audio: null,
  output_image: null,
  other: {},
  ...more,
});

/** A call of 100 ms that tells 1000 tokens in and 50 out, changed by `overrides`; short ids are filled up. */
export function usageEvent(overrides: Partial<UsageEvent> & { readonly spanId: string }): UsageEvent {
  return {
    realm: 'team',
    traceId: 'a1',
    startedAt: 1_000,
    parentSpanId: null,
    name: 'chat gpt-4o',
    durationUs: 100_000,
    scopeName: 'scope-a',
    scopeVersion: '',
    serviceName: 'app',
    statusError: false,
    own: NOBODY,
    spanClass: 'call',
    operation: 'chat',
    provider: 'openai',
    requestModel: 'gpt-4o',
    responseModel: null,
    responseId: null,
    serviceTier: null,
    usage: tokens(1000, 50),
    usageProblem: null,
    inputBasis: 'convention_default',
    usageQuality: 'exact',
    lost: [],
    detail: 4000,
    failed: false,
    reportedCost: null,
    timeToFirstTokenMs: null,
    attributes: null,
    ...overrides,
  };
}

/** `own` of an event with the given values. */
export const owned = (values: Partial<UsageEvent['own']>): UsageEvent['own'] => ({ ...NOBODY, ...values });
