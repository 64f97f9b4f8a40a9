import type { Money } from './money.js';
import type { CostQuality, InputBasis, Usage } from '../usage/usage.js';

export const EVENT_KINDS = ['call', 'repeat', 'step'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const COST_STATUSES = ['priced', 'pending', 'unbilled'] as const;
export type CostStatus = (typeof COST_STATUSES)[number];

/** Why a call has no price yet. Each can go away: a price, an alias or a usage arrives later. */
export const PENDING_REASONS = [
  'no_usage',
  'inconsistent_usage',
  'aborted_stream',
  'unknown_provider',
  'unknown_model',
  'ambiguous_model',
  'deployment_alias_missing',
  'empty_price_block',
  'no_price_at_time',
  'no_price_for_meter',
  'no_price_for_tier',
  'late_context_gone',
] as const;
export type PendingReason = (typeof PENDING_REASONS)[number];

/** Why an event is not billed: a failed call, a written-off call, or a repeat of another event's call. */
export const UNBILLED_REASONS = ['failed_no_usage', 'written_off', 'wrapper', 'duplicate'] as const;
export type UnbilledReason = (typeof UNBILLED_REASONS)[number];

/** The visible organisation of a call that named none. */
export const UNATTRIBUTED = 'unattributed';

/** The realm of events sent with an unbound key. A bound key's realm is `org:` and its organisation. */
export const TEAM_REALM = 'team';
export const realmOf = (boundOrgId: string | null): string =>
  boundOrgId === null ? TEAM_REALM : `org:${boundOrgId}`;

/** Who and what an event belongs to. Each value is an own attribute or inherited from the nearest ancestor. */
export interface Attribution {
  readonly orgId: string | null;
  readonly assistantId: string | null;
  readonly queryType: string | null;
  readonly conversationId: string | null;
  readonly userId: string | null;
  readonly environment: string | null;
}
export const ATTRIBUTION_FIELDS = [
  'orgId',
  'assistantId',
  'queryType',
  'conversationId',
  'userId',
  'environment',
] as const satisfies readonly (keyof Attribution)[];

/** Identity of an event (ADR 0003): its organisation may be learnt later, so it is not part of it. */
export interface EventKey {
  readonly realm: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** One span as the ledger keeps it. Everything but the fields under "settled" and "priced" is read off the span alone. */
export interface UsageEvent extends EventKey {
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly durationUs: number;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly serviceName: string | null;
  readonly statusError: boolean;

  /** The event's own claims; inherited values are filled in by settle. */
  readonly own: Attribution;

  readonly spanClass: 'call' | 'wrapper' | 'step';
  readonly operation: string | null;
  readonly provider: string | null;
  readonly requestModel: string | null;
  readonly responseModel: string | null;
  readonly responseId: string | null;
  readonly serviceTier: string | null;
  readonly usage: Usage | null;
  readonly usageProblem: 'no_usage' | 'inconsistent_usage' | 'aborted_stream' | null;
  readonly inputBasis: InputBasis | null;
  readonly usageQuality: CostQuality;
  readonly lost: readonly string[];
  readonly detail: number;
  readonly failed: boolean;
  readonly reportedCost: string | null;
  readonly timeToFirstTokenMs: number | null;
  /** What else is stored of the span (ADR 0004), for rules added later. */
  readonly attributes: Readonly<Record<string, string | number | boolean>> | null;
}

/** What of an event decides whether it may tell of another's call: settle reads no more of events it only compares. */
export interface CallFacts
  extends
    EventKey,
    Pick<
      UsageEvent,
      | (
          | 'durationUs'
          | 'scopeName'
          | 'serviceName'
          | 'operation'
          | 'provider'
          | 'requestModel'
          | 'responseModel'
        )
      | ('responseId' | 'usageQuality' | 'failed' | 'detail')
    > {
  readonly usage: Pick<Usage, 'input_tokens' | 'output_tokens'> | null;
}

/** What an event's neighbours decide about it. */
export interface Settlement {
  readonly kind: EventKind;
  /** For a repeat: why, and the span of the call it is about (in `traceId`, which may be another trace). */
  readonly repeatReason: 'wrapper' | 'duplicate' | null;
  readonly repeatOf: { readonly traceId: string; readonly spanId: string; readonly startedAt: number } | null;
  /** Own values completed by the nearest ancestor's. */
  readonly attribution: Attribution;
}

/**
 * The cost state of an event. `costUsd` is null unless priced: unknown is never zero. `cacheSavedUsd`: what it would have
 * cost more without caches, negative where writing them was not worth it; null for a call that used none.
 */
export interface CostState {
  readonly status: CostStatus | null;
  readonly reason: PendingReason | UnbilledReason | null;
  readonly quality: CostQuality | null;
  readonly costUsd: Money | null;
  readonly cacheSavedUsd: Money | null;
  readonly priceVersionIds: readonly string[];
}

/** Of what has no cost, or none yet. */
export const UNPRICED: CostState = {
  ...{ status: null, reason: null, quality: null, costUsd: null, cacheSavedUsd: null, priceVersionIds: [] },
};
