import type {
  Conversation,
  CostExplanation,
  EventSearchAnswer,
  Jobs,
  LedgerEvent,
  PendingReport,
  Status,
  Trace,
  TraceSpan,
  TraceTotals,
  Usage,
} from '../../api/wire';

/** The moment at which all of this is told. */
export const NOW = '2026-11-23T12:00:00.000Z';

export const aStatus = (more: Partial<Status> = {}): Status => ({
  version: '0.1.0',
  api: 1,
  time: NOW,
  database: { engine: 'server', schema: 9, needed: 9, behind: false },
  you: { name: 'grafana:u1', role: 'admin', may_change: true, audience: 'team', organisations: null },
  last_event: { started_at: '2026-11-23T11:57:50.000Z', ingested_at: '2026-11-23T11:58:00.000Z' },
  today: {
    from: '2026-11-23T00:00:00.000Z',
    to: NOW,
    calls: 392,
    priced_calls: 340,
    pending_calls: 50,
    coverage: 340 / 390,
    cost_usd: '17.822898120',
  },
  ...more,
});

type Job = Jobs['jobs'][number];

export const aJob = (name: string, run: Partial<NonNullable<Job['last_run']>> | null = {}): Job => ({
  name,
  pipeline: 'minute',
  last_run: run && {
    outcome: 'done',
    started_at: '2026-11-23T11:59:30.000Z',
    finished_at: '2026-11-23T11:59:30.120Z',
    duration_ms: 120,
    error: null,
    detail: null,
    ...run,
  },
  last_success_at: '2026-11-23T11:59:30.120Z',
  next_run_at: '2026-11-23T12:01:00.000Z',
});

export const someJobs = (jobs: Job[]): Jobs => ({
  jobs,
  backlog: {
    pending_calls: 50,
    oldest_pending_at: null,
    unsettled_requests: 0,
    days_to_close: 0,
    days_to_retire: 0,
    oldest_raw_day: null,
    days_with_differences: 0,
    priced_calls_24h: 340,
    pending_calls_24h: 50,
  },
});

type PendingGroup = PendingReport['groups'][number];

export const aPendingGroup = (more: Partial<PendingGroup> = {}): PendingGroup => ({
  reason: 'unknown_provider',
  provider: 'house',
  model: 'house-llm-7b',
  service_tier: null,
  calls: 105,
  tokens: '184211',
  oldest: '2026-11-20T12:00:00.000Z',
  newest: '2026-11-23T11:00:00.000Z',
  remedies: [
    { kind: 'price', what: 'give a price', command: 'tokenledger prices set --provider house --input 1' },
    { kind: 'free', what: 'say that it is free', command: 'tokenledger prices set --provider house --free' },
  ],
  ...more,
});

export const aUsage = (more: Partial<Usage> = {}): Usage => ({
  input_tokens: 1200,
  cache_read: 1024,
  cache_write_5m: null,
  cache_write_1h: null,
  input_audio: null,
  cache_read_audio: null,
  input_image: null,
  output_tokens: 350,
  reasoning: null,
  output_audio: null,
  output_image: null,
  other: {},
  ...more,
});

export const aCall = (more: Partial<LedgerEvent> = {}): LedgerEvent => ({
  realm: 'team',
  org_id: 'acme',
  assistant_id: 'support-bot',
  query_type: 'chat',
  conversation_id: 'c-42',
  user_id: null,
  environment: 'production',
  trace_id: 'trace-1',
  span_id: 'span-1',
  parent_span_id: null,
  kind: 'call',
  name: 'chat gpt-4o-mini',
  started_at: '2026-11-23T11:00:00.000Z',
  ingested_at: '2026-11-23T11:00:02.000Z',
  recovered_at: null,
  duration_ms: 1840,
  service_name: 'answer',
  scope_name: 'openai-instrumentation',
  scope_version: '1.0.0',
  operation: 'chat',
  provider: 'openai',
  model: 'gpt-4o-mini',
  request_model: 'gpt-4o-mini',
  response_model: 'gpt-4o-mini',
  service_tier: null,
  usage: aUsage(),
  usage_problem: null,
  usage_quality: 'exact',
  input_basis: 'convention_default',
  lost: [],
  failed: false,
  status_error: false,
  cost_status: 'priced',
  cost_reason: null,
  cost_quality: 'exact',
  cost_usd: '0.0003132',
  cache_saved_usd: null,
  price_version_ids: ['pv-1'],
  repeat_of: null,
  reported_cost_usd: null,
  time_to_first_token_ms: 420,
  ...more,
});

export const pendingCall = (more: Partial<LedgerEvent> = {}): LedgerEvent =>
  aCall({
    span_id: 'span-pending',
    provider: 'house',
    model: 'house-llm-7b',
    name: 'chat house-llm-7b',
    cost_status: 'pending',
    cost_reason: 'unknown_provider',
    cost_quality: null,
    cost_usd: null,
    price_version_ids: [],
    ...more,
  });

export const aSpan = (depth: number, more: Partial<TraceSpan> = {}): TraceSpan => ({
  ...aCall(),
  depth,
  parent_missing: false,
  ...more,
});

export const aStep = (depth: number, more: Partial<TraceSpan> = {}): TraceSpan =>
  aSpan(depth, {
    kind: 'step',
    provider: null,
    model: null,
    request_model: null,
    usage: null,
    cost_status: null,
    cost_quality: null,
    cost_usd: null,
    ...more,
  });

/** A request with a step, a call, its repeat, and a pending call. */
export const someSpans = (): TraceSpan[] => [
  aStep(0, { span_id: 'root', name: 'POST /answer', duration_ms: 4000 }),
  aStep(1, { span_id: 'agent', name: 'agent', duration_ms: 3900 }),
  aSpan(2, { span_id: 'call', started_at: '2026-11-23T11:00:01.000Z', cache_saved_usd: '0.0000768' }),
  aSpan(3, {
    span_id: 'repeat',
    kind: 'repeat',
    name: 'openai.chat',
    started_at: '2026-11-23T11:00:01.000Z',
    cost_status: 'unbilled',
    cost_reason: 'duplicate',
    cost_quality: null,
    cost_usd: null,
    repeat_of: { trace_id: 'trace-1', span_id: 'call', started_at: '2026-11-23T11:00:01.000Z' },
  }),
  aSpan(2, { ...pendingCall({ span_id: 'pending', started_at: '2026-11-23T11:00:03.000Z' }) }),
  aStep(1, { span_id: 'save', name: 'save answer', duration_ms: 40 }),
];

export const someTotals = (more: Partial<TraceTotals> = {}): TraceTotals => ({
  cost_usd: '0.0003132',
  coverage: 0.5,
  spans: 6,
  calls: 2,
  priced_calls: 1,
  pending_calls: 1,
  input_tokens: 2400,
  output_tokens: 700,
  tokens: 3100,
  started_at: '2026-11-23T11:00:00.000Z',
  duration_ms: 4840,
  ...more,
});

export const aTrace = (more: Partial<Trace> = {}): Trace => ({
  trace_id: 'trace-1',
  partial: false,
  truncated: false,
  spans: someSpans(),
  totals: someTotals(),
  pending: [
    {
      realm: 'team',
      span_id: 'pending',
      started_at: '2026-11-23T11:00:03.000Z',
      provider: 'house',
      model: 'house-llm-7b',
      reason: 'unknown_provider',
      message: 'No price source knows this provider. Add a price for it.',
    },
  ],
  ...more,
});

export const aConversation = (more: Partial<Conversation> = {}): Conversation => {
  const second = someSpans().map((span) => ({
    ...span,
    trace_id: 'trace-2',
    started_at: span.started_at.replace('T11', 'T13'),
  }));
  return {
    conversation_id: 'c-42',
    traces: [
      {
        trace_id: 'trace-1',
        started_at: '2026-11-23T11:00:00.000Z',
        duration_ms: 4840,
        cost_usd: '0.0003132',
        pending_calls: 1,
      },
      {
        trace_id: 'trace-2',
        started_at: '2026-11-23T13:00:00.000Z',
        duration_ms: 4840,
        cost_usd: null,
        pending_calls: 1,
      },
    ],
    spans: [...someSpans(), ...second],
    partial: false,
    truncated: false,
    totals: someTotals({ spans: 12, calls: 4, priced_calls: 2, pending_calls: 2 }),
    pending: [],
    ...more,
  };
};

const PRICE = {
  price_version_id: 'pv-1',
  source: 'catalogue',
  source_version: '0.0.35',
  effective_from: null,
};

export const anExplanation = (more: Partial<CostExplanation> = {}): CostExplanation => ({
  event: aCall(),
  components: [
    {
      meter: 'input_uncached',
      quantity: 176,
      price: '0.15',
      per: 1_000_000,
      cost_usd: '0.0000264',
      ...PRICE,
    },
    { meter: 'cache_read', quantity: 1024, price: '0.075', per: 1_000_000, cost_usd: '0.0000768', ...PRICE },
    { meter: 'output', quantity: 350, price: '0.6', per: 1_000_000, cost_usd: '0.00021', ...PRICE },
  ],
  price_versions: [{ ...PRICE, provider: 'openai', model: 'gpt-4o-mini', service_tier: 'standard' }],
  total_cost_usd: '0.0003132',
  stored_cost_usd: '0.0003132',
  quality: 'exact',
  reason: null,
  message: 'The components add up to the stored cost, to the last digit.',
  ...more,
});

export const someCalls = (
  events: LedgerEvent[],
  more: Partial<EventSearchAnswer> = {},
): EventSearchAnswer => ({
  events,
  truncated: false,
  totals: {
    calls: events.length,
    priced_calls: events.length,
    pending_calls: 0,
    coverage: 1,
    cost_usd: '1.5',
    total_tokens: 1550,
  },
  ...more,
});
