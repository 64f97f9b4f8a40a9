import { createAttributionReader } from '../../backend/src/ingest/attribution.js';
import type { LedgerRow } from '../../backend/src/event-store/ledger-row.js';
import { settleAndPrice } from '../../backend/src/event-store/settle-and-price.js';
import { spanToEvent } from '../../backend/src/ingest/span-to-event.js';
import { TEAM_REALM, type UsageEvent } from '../../backend/src/ledger/event.js';
import { catalogueBook } from '../../backend/src/price-book/catalogue-book.js';
import { readCatalogue } from '../../backend/src/price-book/catalogue.js';
import type { PriceBook } from '../../backend/src/pricing/price-book.js';
import { readSpan } from '../../backend/src/usage/read-span.js';
import type { Span } from '../../backend/src/usage/span.js';

const readAttribution = createAttributionReader();
const WINDOW = { now: Date.parse('2026-11-23T00:00:00Z'), lateEventsMaxAgeMs: 400 * 86_400_000 };

const CONTEXT = { ...WINDOW, realm: TEAM_REALM, boundOrgId: null, readSpan, readAttribution };

/** Spans as events, the way ingest makes them. */
const eventsOf = (spans: readonly Span[]): UsageEvent[] =>
  spans.map((span) => spanToEvent(span, readAttribution(span.attributes, span.resource), CONTEXT));

/** The catalogue's prices alone. */
export const capturePrices = async (): Promise<PriceBook> =>
  catalogueBook(await readCatalogue(), Date.parse('2026-11-01T00:00:00Z'));

/** One request's spans, read, settled and priced like at the door. */
export const settleCapture = (spans: readonly Span[], book: PriceBook): LedgerRow[] =>
  settleAndPrice(eventsOf(spans), book);
