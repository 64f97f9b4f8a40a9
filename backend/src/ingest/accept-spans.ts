import { createHash } from 'node:crypto';
import type { LedgerRow } from '../event-store/ledger-row.js';
import type { QuarantineItem } from './quarantine-item.js';
import { refuseSpan, spanToEvent, type Refusal, type SpanContext } from './span-to-event.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import { spanItem } from './stored-span.js';
import type { Attribution, UsageEvent } from '../ledger/event.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { Span } from '../usage/span.js';

export interface AcceptedSpans {
  readonly rows: LedgerRow[];
  readonly quarantined: QuarantineItem[];
  /** Spans that claimed another organisation than their key is bound to: counted, the claim is never used. */
  readonly orgClaimsIgnored: number;
}

/** Turns the spans of one request into rows; what cannot become an event is set aside with its reason. Pure. */
export function acceptSpans(spans: readonly Span[], context: SpanContext, book: PriceBook): AcceptedSpans {
  const events: UsageEvent[] = [];
  const quarantined: QuarantineItem[] = [];
  let orgClaimsIgnored = 0;
  for (const span of spans) {
    const claimed = context.readAttribution(span.attributes, span.resource);
    const refusal = refuseSpan(span, context);
    if (refusal) {
      quarantined.push(quarantineSpan(span, claimed, refusal, context));
      continue;
    }
    events.push(spanToEvent(span, claimed, context));
    if (claimsOther(claimed, context)) orgClaimsIgnored += 1;
  }
  return { rows: settleAndPrice(events, book), quarantined, orgClaimsIgnored };
}

const claimsOther = ({ orgId }: Attribution, { boundOrgId }: SpanContext): boolean =>
  boundOrgId !== null && orgId !== null && orgId !== boundOrgId;

function quarantineSpan(
  span: Span,
  claimed: Attribution,
  refusal: Refusal,
  context: SpanContext,
): QuarantineItem {
  const item = spanItem(span, claimed, context.readSpan(span));
  return {
    realm: context.realm,
    orgId: context.boundOrgId,
    source: 'otlp',
    ...refusal,
    item,
    contentType: null,
    bodyBytes: null,
    fingerprint: sha256(JSON.stringify([refusal.reason, item])),
  };
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
