import { readdirSync, readFileSync } from 'node:fs';
import { decodeOtlpJson } from './otlp-json.js';
import { createAttributionReader } from './attribution.js';
import { spanToEvent } from './span-to-event.js';
import { spanItem, spanOfItem, type SpanItem } from './stored-span.js';
import { readSpan } from '../usage/read-span.js';

const CAPTURES = new URL('../../../test/captures/', import.meta.url);
const captures = ['', 'python/'].flatMap((folder) =>
  readdirSync(new URL(folder, CAPTURES))
    .filter((name) => name.endsWith('.otlp.json'))
    .map((name) => folder + name),
);
const context = {
  realm: 'team',
  boundOrgId: null,
  now: Date.UTC(2026, 10, 23),
  lateEventsMaxAgeMs: 400 * 86_400_000,
  readSpan,
  readAttribution: createAttributionReader(),
};

describe('a span rebuilt from what the quarantine keeps of it', () => {
  it.each(captures)('becomes the same event as if it had been accepted at first: %s', (name) => {
    const { spans } = decodeOtlpJson(readFileSync(new URL(name, CAPTURES)));
    const rebuilt = spans.map((span) => {
      const attribution = context.readAttribution(span.attributes, span.resource);
      const item: unknown = JSON.parse(JSON.stringify(spanItem(span, attribution, readSpan(span))));
      const stored = spanOfItem(item as SpanItem);
      return spanToEvent(stored.span, stored.attribution, { ...context, readSpan: () => stored.reading });
    });
    const direct = spans.map((span) =>
      spanToEvent(span, context.readAttribution(span.attributes, span.resource), context),
    );
    expect(rebuilt).toEqual(direct);
  });
});
