import { RAW_USAGE, RAW_USAGE_PATTERN } from '../usage/attribute-names.js';
import { readLiteral, type Literal } from '../usage/read-literal.js';
import type { AttributeValue } from '../usage/span.js';

const DOCUMENTS: ReadonlySet<string> = new Set([
  ...RAW_USAGE,
  'ai.response.providerMetadata',
  'langfuse.observation.cost_details',
  'gen_ai.usage.input_token_details',
  'gen_ai.usage.output_token_details',
]);

/** Attributes whose value is a JSON object (or Python repr) about usage. Only its numbers may be stored. */
export const isUsageDocument = (name: string): boolean => DOCUMENTS.has(name) || RAW_USAGE_PATTERN.test(name);

type Numbers = { [key: string]: number | Numbers };

/** A key with blanks or of great length is somebody's text. */
const KEY = /^[A-Za-z0-9_.-]{1,64}$/;

/** The numbers of a usage document in their places, as JSON text; null when it holds none. */
export function numbersOfUsage(value: AttributeValue): string | null {
  const literal = typeof value === 'string' ? readLiteral(value) : toLiteral(value);
  const numbers = literal instanceof Map ? numbersOf(literal) : null;
  return numbers === null ? null : JSON.stringify(numbers);
}

function numbersOf(dict: ReadonlyMap<string, Literal>): Numbers | null {
  const kept: [string, number | Numbers][] = [];
  for (const [key, value] of dict) {
    if (!KEY.test(key)) continue;
    if (typeof value === 'number' && Number.isFinite(value)) kept.push([key, value]);
    else if (value instanceof Map) {
      const inner = numbersOf(value);
      // An empty part still says that it was told: `prompt_tokens_details: {}` means nothing was cached.
      kept.push([key, inner ?? {}]);
    }
  }
  return kept.length ? Object.fromEntries(kept) : null;
}

/** A map sent as an OTLP kvlist instead of as text. */
function toLiteral(value: AttributeValue): Literal | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(
    Object.entries(value).map(([key, inner]): [string, Literal] => [
      key,
      typeof inner === 'number' ? inner : (toLiteral(inner) ?? null),
    ]),
  );
}
