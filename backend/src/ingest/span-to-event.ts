import { cleanName, cleanText } from './clean-text.js';
import { storedAttributes } from './stored-attributes.js';
import type { QuarantineReason } from './quarantine-item.js';
import type { Attribution, UsageEvent } from '../ledger/event.js';
import type { Attributes, Span } from '../usage/span.js';
import type { SpanReading } from '../usage/usage.js';

export interface TimeWindow {
  /** Unix ms of "now". */
  readonly now: number;
  readonly lateEventsMaxAgeMs: number;
}

export interface SpanContext extends TimeWindow {
  readonly realm: string;
  /** A bound key's organisation always wins over what a span claims. */
  readonly boundOrgId: string | null;
  readonly readSpan: (span: Span) => SpanReading;
  readonly readAttribution: (attributes: Attributes, resource: Attributes) => Attribution;
}

export interface Refusal {
  readonly reason: QuarantineReason;
  readonly message: string;
  /** Whether only its time is wrong, so that a later look may accept it. */
  readonly replayable: boolean;
}

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
/** Clocks of senders run ahead a little; further ahead is a wrong unit or a wrong clock. */
const MAX_AHEAD_MS = 10 * 60_000;
const MAX_DURATION_US = 365n * 86_400n * 1_000_000n;

/** Says why a span can be no event, or null. Ids and times are the identity: without them nothing can be kept apart. */
export function refuseSpan(span: Span, window: TimeWindow): Refusal | null {
  if (!TRACE_ID.test(span.traceId)) {
    return unusable('invalid_trace_id', 'the trace id must be 16 bytes (32 hex digits), not all zero');
  }
  if (!SPAN_ID.test(span.spanId)) {
    return unusable('invalid_span_id', 'the span id must be 8 bytes (16 hex digits), not all zero');
  }
  if (span.startUnixNano === 0n) return unusable('missing_start_time', 'the start time is missing');
  return refuseTime(Number(span.startUnixNano / 1_000_000n), window);
}

const unusable = (reason: QuarantineReason, message: string): Refusal => ({
  reason,
  message,
  replayable: false,
});

/** Refuses starts older than LATE_EVENTS_MAX_AGE or more than 10 minutes ahead. */
export function refuseTime(startedAt: number, { now, lateEventsMaxAgeMs }: TimeWindow): Refusal | null {
  if (startedAt > now + MAX_AHEAD_MS) {
    const message =
      'it starts more than 10 minutes in the future; check the clock and the unit (nanoseconds)';
    return { reason: 'in_future', message, replayable: true };
  }
  if (startedAt < now - lateEventsMaxAgeMs) {
    return { reason: 'too_old', message: 'it is older than LATE_EVENTS_MAX_AGE', replayable: true };
  }
  return null;
}

/**
 * Turns an acceptable span into an event. `claimed`: who it says it belongs to. Nothing of its texts but allow-listed names gets through (ADR 0004).
 * Fields are written out: spreading the reading into so large an object took half of this function's time.
 */
export function spanToEvent(span: Span, claimed: Attribution, context: SpanContext): UsageEvent {
  const reading = context.readSpan(span);
  return {
    realm: context.realm,
    traceId: span.traceId,
    spanId: span.spanId,
    startedAt: Number(span.startUnixNano / 1_000_000n),
    parentSpanId: parentOf(span),
    name: cleanText(span.name),
    durationUs: durationUs(span),
    scopeName: cleanText(span.scopeName),
    scopeVersion: cleanText(span.scopeVersion),
    serviceName: serviceName(span.resource),
    statusError: span.status === 'error' || reading.failed,
    own: context.boundOrgId === null ? claimed : { ...claimed, orgId: context.boundOrgId },
    spanClass: reading.spanClass,
    operation: cleanName(reading.operation),
    provider: cleanName(reading.provider),
    requestModel: cleanName(reading.requestModel),
    responseModel: cleanName(reading.responseModel),
    responseId: cleanName(reading.responseId),
    serviceTier: cleanName(reading.serviceTier),
    usage: reading.usage,
    usageProblem: reading.problem,
    inputBasis: reading.inputBasis,
    usageQuality: reading.quality,
    lost: reading.lost,
    detail: reading.detail,
    failed: reading.failed,
    reportedCost: reading.reportedCost,
    timeToFirstTokenMs: reading.timeToFirstTokenMs,
    attributes: storedAttributes(span.attributes),
  };
}

const parentOf = ({ parentSpanId }: Span): string | null =>
  parentSpanId !== null && SPAN_ID.test(parentSpanId) ? parentSpanId : null;

function serviceName(resource: Attributes): string | null {
  const name = resource.get('service.name');
  return typeof name === 'string' ? cleanName(name) : null;
}

/** Microseconds; 0 for a span whose clock ran backwards or that has no end. */
function durationUs(span: Span): number {
  const duration = (span.endUnixNano - span.startUnixNano) / 1_000n;
  return duration <= 0n ? 0 : Number(duration > MAX_DURATION_US ? MAX_DURATION_US : duration);
}
