import type { AttributeValue } from '../../backend/src/usage/span.js';
import { readSpan } from '../../backend/src/usage/read-span.js';
import { spanOf, type SpanSketch } from './spans.js';

/** What a reading comes down to, in one line per library. */
export interface ExpectedReading {
  readonly cls?: string;
  readonly provider?: string | null;
  readonly in?: number | null | undefined;
  readonly rd?: number | null;
  readonly w5?: number | null;
  readonly w1?: number | null;
  readonly out?: number | null;
  readonly rs?: number | null;
  readonly basis?: string | null;
  readonly quality?: string;
  readonly lost?: readonly string[];
  readonly problem?: string | null;
  readonly failed?: boolean;
  readonly tier?: string | null;
}

export const CLAUDE = 'claude-sonnet-4-5-20250929';
/** Truth of every Claude case: 176 uncached + 2048 read + 512 written (384 for 5 minutes, 128 for an hour), 350 out. */
export const RAW_CLAUDE = {
  input_tokens: 176,
  output_tokens: 350,
  cache_read_input_tokens: 2048,
  cache_creation_input_tokens: 512,
  cache_creation: { ephemeral_5m_input_tokens: 384, ephemeral_1h_input_tokens: 128 },
};
/** A finished chat as the conventions have it. */
export const semconv = (
  system: string,
  model: string,
  input: number,
  output: number,
): Record<string, AttributeValue> => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': system,
  'gen_ai.request.model': model,
  'gen_ai.response.id': 'id-1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
});
/** An LLM span as OpenInference has it. */
export const openinference = (
  model: string,
  input: number,
  output: number,
): Record<string, AttributeValue> => ({
  'openinference.span.kind': 'LLM',
  'llm.model_name': model,
  'llm.token_count.prompt': input,
  'llm.token_count.completion': output,
  'llm.token_count.total': input + output,
});

export type ReadingCase = readonly [library: string, span: SpanSketch, expected: ExpectedReading];

/** One test per case: the span is read, and what the case names is compared. */
export function readingTests(about: string, cases: readonly ReadingCase[]): void {
  describe(about, () => {
    it.each(cases)('%s', (_library, sketch, expected) => {
      const reading = readSpan(spanOf(sketch));
      const { usage } = reading;
      const found: Record<keyof ExpectedReading, unknown> = {
        cls: reading.spanClass,
        provider: reading.provider,
        in: usage?.input_tokens,
        rd: usage?.cache_read,
        w5: usage?.cache_write_5m,
        w1: usage?.cache_write_1h,
        out: usage?.output_tokens,
        rs: usage?.reasoning,
        basis: reading.inputBasis,
        quality: reading.quality,
        lost: reading.lost,
        problem: reading.problem,
        failed: reading.failed,
        tier: reading.serviceTier,
      };
      const asked = Object.keys(expected) as (keyof ExpectedReading)[];
      expect(Object.fromEntries(asked.map((key) => [key, found[key]]))).toEqual(expected);
    });
  });
}
