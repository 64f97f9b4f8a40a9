import { cleanText } from './clean-text.js';
import { canonicalJson, deriveIds, type DerivedIds } from './derive-ids.js';
import { MAX_DURATION_MS, type JsonEventInput } from './json-event-schema.js';
import { JSON_DETAIL, toldUsage } from './told-usage.js';
import type { Attribution, UsageEvent } from '../ledger/event.js';
import { canonicalProvider, providerOfModel } from '../usage/provider-names.js';

/** Scope of events that came as JSON. */
const JSON_SCOPE = 'tokenledger.json';

/**
 * Ids of one JSON event: the sender's own, else derived from its `id`, else from the whole item and its ordinal among
 * equal items of the request.
 */
export function jsonEventIds(
  input: JsonEventInput,
  raw: unknown,
  realm: string,
  ordinalOf: (text: string) => number,
): DerivedIds {
  const given = { traceId: input.trace_id?.toLowerCase(), spanId: input.span_id?.toLowerCase() };
  if (given.traceId && given.spanId) return { traceId: given.traceId, spanId: given.spanId };
  const derived = input.id != null ? deriveIds('id', realm, input.id) : idsOfItem(raw, realm, ordinalOf);
  return { traceId: given.traceId ?? derived.traceId, spanId: given.spanId ?? derived.spanId };
}

function idsOfItem(raw: unknown, realm: string, ordinalOf: (text: string) => number): DerivedIds {
  const text = canonicalJson(raw);
  return deriveIds('item', realm, text, String(ordinalOf(text)));
}

/** Turns a validated JSON event into a usage event. */
export function jsonToEvent(
  input: JsonEventInput,
  ids: DerivedIds,
  realm: string,
  boundOrgId: string | null,
): UsageEvent {
  const startedAt = Date.parse(input.started_at);
  const step = input.kind === 'step';
  const told = input.usage ? toldUsage(input.usage) : null;
  const problem = told ? told.problem : 'no_usage';
  return {
    realm,
    traceId: ids.traceId,
    spanId: ids.spanId,
    startedAt,
    parentSpanId: input.parent_span_id?.toLowerCase() ?? null,
    name: text(input.name) ?? text(input.operation) ?? (step ? 'step' : 'call'),
    durationUs: durationUs(input, startedAt),
    scopeName: JSON_SCOPE,
    scopeVersion: '',
    serviceName: text(input.service_name),
    statusError: input.error === true,
    own: attributionOf(input, boundOrgId),
    spanClass: step ? 'step' : 'call',
    operation: text(input.operation),
    provider: providerOf(input),
    requestModel: text(input.request_model) ?? text(input.model),
    responseModel: text(input.model),
    responseId: text(input.response_id),
    serviceTier: text(input.service_tier),
    usage: told?.problem === null ? told.usage : null,
    usageProblem: step ? null : problem,
    inputBasis: told && !step ? 'sender' : null,
    usageQuality: told?.quality ?? 'exact',
    lost: told?.lost ?? [],
    detail: step ? 0 : problem === null ? JSON_DETAIL : 1,
    failed: input.error === true,
    reportedCost: input.reported_cost_usd ?? null,
    timeToFirstTokenMs: input.time_to_first_token_ms ?? null,
    attributes: null,
  };
}

const text = (value: string | null | undefined): string | null =>
  value == null ? null : cleanText(value) || null;

/** As the catalogue names it; where none is told, the one that alone sells models of that name. */
function providerOf({ provider, model, request_model }: JsonEventInput): string | null {
  if (provider != null) return canonicalProvider(cleanText(provider));
  const named = model ?? request_model;
  return named == null ? null : providerOfModel(named);
}

const attributionOf = (input: JsonEventInput, boundOrgId: string | null): Attribution => ({
  orgId: boundOrgId ?? text(input.org_id),
  assistantId: text(input.assistant_id),
  queryType: text(input.query_type),
  conversationId: text(input.conversation_id),
  userId: text(input.user_id),
  environment: text(input.environment),
});

function durationUs(input: JsonEventInput, startedAt: number): number {
  if (input.duration_ms != null) return Math.round(input.duration_ms * 1_000);
  const durationMs = input.ended_at ? Date.parse(input.ended_at) - startedAt : 0;
  return Math.min(Math.max(0, durationMs), MAX_DURATION_MS) * 1_000;
}
