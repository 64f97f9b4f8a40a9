import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {{ key: string, value: Record<string, unknown> }} Attribute */
/** @typedef {{ traceId: string, spanId: string, parentSpanId?: string, startTimeUnixNano: string, endTimeUnixNano: string, attributes?: Attribute[] } & Record<string, unknown>} Span */
/** @typedef {{ resource?: { attributes?: Attribute[] }, scopeSpans: { spans: Span[] }[] }} ResourceSpans */
/** @typedef {{ resourceSpans: ResourceSpans[] }} ExportRequest */

const CAPTURES = new URL('../../test/captures/', import.meta.url);

/** Real telemetry of real instrumentations, split into its traces: each is one request of an AI product. */
export function readTraces() {
  const files = ['', 'python/'].flatMap((folder) =>
    readdirSync(new URL(folder, CAPTURES))
      .filter((name) => name.endsWith('.otlp.json'))
      .map((name) => new URL(folder + name, CAPTURES)),
  );
  return files.flatMap((file) => tracesOf(JSON.parse(readFileSync(file, 'utf8'))));
}

/** @param {ExportRequest} request @returns {ExportRequest[]} */
function tracesOf(request) {
  const ids = new Set(spansOf(request).map((span) => span.traceId));
  return [...ids].map((id) => ({
    resourceSpans: request.resourceSpans
      .map((resourceSpans) => ({
        ...resourceSpans,
        scopeSpans: resourceSpans.scopeSpans
          .map((scopeSpans) => ({
            ...scopeSpans,
            spans: scopeSpans.spans.filter((span) => span.traceId === id),
          }))
          .filter(({ spans }) => spans.length > 0),
      }))
      .filter(({ scopeSpans }) => scopeSpans.length > 0),
  }));
}

/** @param {ExportRequest} request */
const spansOf = (request) =>
  request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

/** Attributes whose value must differ between two calls, or they would rightly be taken for copies of one. */
const CALL_IDS = new Set(['gen_ai.response.id', 'ai.response.id', 'llm.response.id']);
/** Tags of the captured applications: the demo's own customers take their place. */
const TAG =
  /(^|[._])(org|org_id|tenant|team_id|team_alias|user|user_id|sessionId|session\.id|user\.id)$|^metadata$|^app\./;

/**
 * A captured trace as another request of the same kind: moved in time, with new ids and the given tags on its spans.
 *
 * @param {ExportRequest} trace
 * @param {{ startsAt: number, seed: string, tags: Record<string, string> }} as Unix ms; `seed` is 16 hex digits
 * @returns {ExportRequest}
 */
export function restage(trace, { startsAt, seed, tags }) {
  const first = spansOf(trace).reduce((least, span) => min(least, BigInt(span.startTimeUnixNano)), 1n << 63n);
  const shift = BigInt(startsAt) * 1_000_000n - first;
  const tagAttributes = Object.entries(tags).map(([key, value]) => ({ key, value: { stringValue: value } }));
  /** @param {Attribute[]} attributes */
  const kept = (attributes) =>
    attributes
      .filter(({ key }) => !TAG.test(key))
      .map((attribute) =>
        CALL_IDS.has(attribute.key) ? { ...attribute, value: suffixed(attribute.value, seed) } : attribute,
      );
  /** @param {Span} span @returns {Span} */
  const moved = (span) => ({
    ...span,
    traceId: seed + span.traceId.slice(16),
    startTimeUnixNano: String(BigInt(span.startTimeUnixNano) + shift),
    endTimeUnixNano: String(BigInt(span.endTimeUnixNano) + shift),
    attributes: [...kept(span.attributes ?? []), ...tagAttributes],
  });
  return {
    resourceSpans: trace.resourceSpans.map((resourceSpans) => ({
      ...resourceSpans,
      resource: { attributes: kept(resourceSpans.resource?.attributes ?? []) },
      scopeSpans: resourceSpans.scopeSpans.map((scopeSpans) => ({
        ...scopeSpans,
        spans: scopeSpans.spans.map(moved),
      })),
    })),
  };
}

/** @param {Record<string, unknown>} value @param {string} seed */
const suffixed = (value, seed) => ({ stringValue: `${String(value['stringValue'])}-${seed}` });

/** @param {bigint} a @param {bigint} b */
const min = (a, b) => (a < b ? a : b);
