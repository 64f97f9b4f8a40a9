import { acceptEvents, type AcceptedEvents } from './accept-events.js';
import { acceptSpans, sha256 } from './accept-spans.js';
import { createAttributionReader, type AttributionNames } from './attribution.js';
import { decodeOtlpJson, type DecodedJson } from './otlp-json.js';
import { decodeOtlpProtobuf } from './otlp-protobuf.js';
import { JSON_TYPE } from './otlp-response.js';
import type { IngestMetrics } from './ingest-metrics.js';
import type { QuarantineItem } from './quarantine-item.js';
import type { SpanContext } from './span-to-event.js';
import type { Writer } from './writer.js';
import type { Caller } from '../http/caller.js';
import { cleanText } from './clean-text.js';
import { Problem } from '../http/problem.js';
import type { PriceBook } from '../pricing/price-book.js';
import { readSpan } from '../usage/read-span.js';

export interface IngestDeps {
  readonly writer: Writer;
  readonly priceBook: () => PriceBook;
  readonly clock: () => number;
  readonly lateEventsMaxAgeMs: number;
  readonly attributionNames: AttributionNames;
  readonly metrics: IngestMetrics;
}

/** What a request is read against: its realm, the time, the names and the prices of the moment. */
export type IngestContext = SpanContext & { readonly book: PriceBook };

export interface TracesResult {
  readonly spans: number;
  readonly rejected: number;
  readonly message: string;
}

export interface Ingest {
  /**
   * Stores the spans of an OTLP body. Resolves after the commit.
   * @throws Problem 400 for a body that cannot be decoded; it is noted in the quarantine without its content.
   */
  traces(body: Buffer, contentType: string, caller: Caller): Promise<TracesResult>;
  /** Stores JSON events. Resolves after the commit. */
  events(items: readonly unknown[], caller: Caller): Promise<AcceptedEvents>;
  contextOf(realm: string, boundOrgId: string | null): IngestContext;
}

/** The way in: bodies become rows, rows are committed by the writer, and only then the sender is answered. */
export function createIngest(deps: IngestDeps): Ingest {
  const readAttribution = createAttributionReader(deps.attributionNames);
  const contextOf = (realm: string, boundOrgId: string | null): IngestContext => ({
    realm,
    boundOrgId,
    readSpan,
    readAttribution,
    now: deps.clock(),
    lateEventsMaxAgeMs: deps.lateEventsMaxAgeMs,
    book: deps.priceBook(),
  });

  return {
    contextOf,
    async traces(body, contentType, caller) {
      const context = contextOf(caller.realm, caller.orgId);
      const decoded = await decodeOrNote(body, contentType, context, deps);
      const { rows, quarantined, orgClaimsIgnored } = acceptSpans(decoded.spans, context, context.book);
      const malformed = decoded.malformed.map((item) => malformedItem(item, context));
      const refused = [...malformed, ...quarantined];
      if (rows.length || refused.length) await deps.writer.write({ rows, quarantined: refused });
      deps.metrics.accepted('otlp', rows.length, refused, orgClaimsIgnored);
      return { spans: rows.length, rejected: refused.length, message: summary(refused) };
    },
    async events(items, caller) {
      const context = contextOf(caller.realm, caller.orgId);
      const accepted = acceptEvents(items, context, context.book);
      const rows = accepted.rows.map(({ row }) => row);
      const { quarantined } = accepted;
      if (rows.length || quarantined.length) await deps.writer.write({ rows, quarantined });
      deps.metrics.accepted('json', rows.length, quarantined, accepted.orgClaimsIgnored);
      return accepted;
    },
  };
}

async function decodeOrNote(
  body: Buffer,
  contentType: string,
  context: IngestContext,
  { writer, metrics }: Pick<IngestDeps, 'writer' | 'metrics'>,
): Promise<DecodedJson> {
  try {
    return contentType === JSON_TYPE
      ? decodeOtlpJson(body)
      : { spans: decodeOtlpProtobuf(body), malformed: [] };
  } catch (error) {
    const message =
      contentType === JSON_TYPE ? 'the body is no OTLP/JSON' : 'the body is no OTLP protobuf message';
    const item = undecodable(body, contentType, message, context);
    await writer.write({ rows: [], quarantined: [item] });
    metrics.accepted('otlp', 0, [item], 0);
    throw new Problem(400, 'undecodable_body', `${message}; it cannot be stored, do not send it again`, {
      cause: error,
    });
  }
}

/** Of a body that cannot be decoded only length, type, SHA-256 and error are kept: it may be anything. */
function undecodable(
  body: Buffer,
  contentType: string,
  message: string,
  { realm, boundOrgId }: Pick<IngestContext, 'realm' | 'boundOrgId'>,
): QuarantineItem {
  return {
    realm,
    orgId: boundOrgId,
    source: 'body',
    reason: 'undecodable_body',
    message,
    item: null,
    replayable: false,
    contentType,
    bodyBytes: body.length,
    fingerprint: sha256(body),
  };
}

const malformedItem = (item: DecodedJson['malformed'][number], context: IngestContext): QuarantineItem => ({
  realm: context.realm,
  orgId: context.boundOrgId,
  source: 'otlp',
  reason: 'malformed_item',
  message: cleanText(`${item.path}: ${item.message}`),
  item: null,
  replayable: false,
  contentType: JSON_TYPE,
  bodyBytes: null,
  fingerprint: sha256(`${item.path}\0${item.message}`),
});

/** What was refused and why, in one line for the sender's log. */
function summary(refused: readonly QuarantineItem[]): string {
  if (!refused.length) return '';
  const messages = [...new Set(refused.map((item) => item.message))];
  const more = messages.length > 3 ? ` and ${messages.length - 3} more reasons` : '';
  return `${refused.length} spans were set aside in the quarantine: ${messages.slice(0, 3).join('; ')}${more}`;
}
