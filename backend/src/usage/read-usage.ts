import { RAW_USAGE, RAW_USAGE_PATTERN } from './attribute-names.js';
import { MAX_COUNT, countsOfAttributes, toCount, toDict, type Counts } from './counts.js';
import { INCLUSIVE_APIS, judgeUsage, type Evidence, type Reading } from './judge-usage.js';
import { readRawUsage, type RawUsage } from './raw-usage.js';
import type { Literal } from './read-literal.js';
import type { Attributes } from './span.js';
import type { CostQuality, InputBasis, Usage, UsageProblem } from './usage.js';

/** The usage of one span in canonical form, or why there is none. */
export interface UsageReading {
  readonly usage: Usage | null;
  readonly problem: UsageProblem | null;
  readonly inputBasis: InputBasis | null;
  readonly quality: CostQuality;
  readonly lost: readonly string[];
  /** The tier a raw usage object tells. */
  readonly tier: string | null;
}

/**
 * Reads a span's usage. What `input_tokens` includes is decided by the strongest evidence there is: the provider's own
 * usage object → an explicit uncached count → proof (the cached parts exceed the input) → the instrumentation's row →
 * the convention (inclusive).
 */
export function readUsage(attributes: Attributes, evidence: Evidence): UsageReading {
  const raw = findRawUsage(attributes, evidence.isClaude);
  const counts = raw?.counts ?? withProviderMetadata(countsOfAttributes(attributes), attributes);
  const tier = raw?.tier ?? null;
  if (isEmpty(counts)) return { ...NOTHING, tier, problem: 'no_usage' };
  const decided = decideInclusion(counts, raw, evidence);
  const usage = decided && canonical(decided.reading.counts);
  if (!decided || !usage) return { ...NOTHING, tier, problem: 'inconsistent_usage' };
  return { usage, problem: null, inputBasis: decided.basis, tier, ...judgeUsage(decided.reading, evidence) };
}

const NOTHING = { usage: null, inputBasis: null, quality: 'exact', lost: [] } as const;

/** Nothing told, or told to be 0 on both sides (LiteLLM's streams without usage), or output without any input. */
function isEmpty(counts: Counts): boolean {
  if (Object.keys(counts.other).length > 0) return false;
  if (Number.isNaN(counts.input) || Number.isNaN(counts.output)) return false;
  return (
    (counts.input ?? 0) + (counts.uncached ?? 0) + (counts.cacheRead ?? 0) + (counts.cacheWrite ?? 0) === 0
  );
}

function findRawUsage(attributes: Attributes, isClaude: boolean): RawUsage | null {
  for (const name of RAW_USAGE) {
    const raw = rawOf(toDict(attributes.get(name)), isClaude);
    if (raw) return raw;
  }
  const metadata = toDict(attributes.get('ai.response.providerMetadata'));
  if (metadata) {
    const found =
      rawOf(dictAt(metadata, 'anthropic', 'usage'), true) ??
      rawOf(
        dictAt(metadata, 'vertex', 'usageMetadata') ?? dictAt(metadata, 'google', 'usageMetadata'),
        false,
      );
    if (found) return found;
  }
  for (const [name, value] of attributes) {
    if (!name.startsWith('llm.') || !RAW_USAGE_PATTERN.test(name)) continue;
    const raw = rawOf(toDict(value), isClaude);
    if (raw) return raw;
  }
  return null;
}

/** A raw object without counts (LiteLLM: all zero) leaves the word to the attributes. */
function rawOf(dict: ReadonlyMap<string, Literal> | null, isClaude: boolean): RawUsage | null {
  const raw = dict && readRawUsage(dict, isClaude);
  return raw && !isEmpty(raw.counts) ? raw : null;
}

function dictAt(root: ReadonlyMap<string, Literal>, ...path: string[]): ReadonlyMap<string, Literal> | null {
  let node: Literal | undefined | ReadonlyMap<string, Literal> = root;
  for (const key of path)
    node = node instanceof Map ? (node as ReadonlyMap<string, Literal>).get(key) : undefined;
  return node instanceof Map ? node : null;
}

/** Vercel's providerMetadata, where it holds single counts and no whole usage object (AI SDK 4; Bedrock; DeepSeek). */
function withProviderMetadata(counts: Counts, attributes: Attributes): Counts {
  const metadata = toDict(attributes.get('ai.response.providerMetadata'));
  if (!metadata) return counts;
  const openai = dictAt(metadata, 'openai') ?? dictAt(metadata, 'azure');
  counts.cacheRead ??=
    toCount(openai?.get('cachedPromptTokens')) ??
    toCount(dictAt(metadata, 'anthropic')?.get('cacheReadInputTokens')) ??
    toCount(dictAt(metadata, 'bedrock', 'usage')?.get('cacheReadInputTokens')) ??
    toCount(dictAt(metadata, 'deepseek')?.get('promptCacheHitTokens'));
  counts.cacheWrite ??=
    toCount(dictAt(metadata, 'anthropic')?.get('cacheCreationInputTokens')) ??
    toCount(dictAt(metadata, 'bedrock', 'usage')?.get('cacheWriteInputTokens'));
  counts.reasoning ??= toCount(openai?.get('reasoningTokens'));
  return counts;
}

interface Decision {
  readonly basis: InputBasis;
  readonly reading: Reading;
}

/** Makes input inclusive and output whole. @returns null when the counts contradict each other. */
function decideInclusion(counts: Counts, raw: RawUsage | null, evidence: Evidence): Decision | null {
  const writes = completeWrites(counts);
  if (!writes) return null;
  const parts = (counts.cacheRead ?? 0) + (counts.cacheWrite ?? 0);
  const inclusion = inclusionOf(counts, parts, raw, evidence);
  if (!inclusion) return null;
  const told = counts.input;
  const input = inclusion.exclusive || told === null ? (told ?? counts.uncached ?? 0) + parts : told;
  const output = wholeOutput(counts, told ?? input, input, raw, evidence);
  if (!output) return null;
  const whole: Counts = { ...counts, input, output: output.output, reasoning: output.reasoning };
  splitAudio(whole);
  return {
    basis: inclusion.basis,
    reading: {
      counts: whole,
      exclusive: inclusion.exclusive,
      inclusionDoubtful: inclusion.doubtful,
      cacheTold: raw?.cacheTold ?? false,
      audioTold: raw?.audioTold ?? counts.textTold,
      reasoningLost: output.lost,
    },
  };
}

/** The cache writes' parts must add up to their total; of two numbers the third follows. */
function completeWrites(counts: Counts): boolean {
  const { cacheWrite: total, write5m, write1h } = counts;
  if (write5m === null && write1h === null) return true;
  const sum = (write5m ?? 0) + (write1h ?? 0);
  counts.cacheWrite = total ?? sum;
  if (counts.cacheWrite < sum) return false;
  const rest = counts.cacheWrite - sum;
  if (write5m !== null && write1h !== null) return rest === 0;
  counts.write5m = write5m ?? rest;
  counts.write1h = write1h ?? rest;
  return true;
}

interface Inclusion {
  readonly basis: InputBasis;
  readonly exclusive: boolean;
  readonly doubtful: boolean;
}

function inclusionOf(
  counts: Counts,
  parts: number,
  raw: RawUsage | null,
  evidence: Evidence,
): Inclusion | null {
  const input = counts.input ?? Number.POSITIVE_INFINITY;
  if (raw && raw.inclusion !== 'undecided') {
    const exclusive = raw.inclusion === 'exclusive';
    return exclusive || parts <= input ? { basis: 'raw_provider_usage', exclusive, doubtful: false } : null;
  }
  if (counts.uncached !== null && (counts.input === null || counts.uncached + parts === counts.input)) {
    return { basis: 'explicit_breakdown', exclusive: false, doubtful: false };
  }
  const { row, provider, isClaude } = evidence;
  const exclusiveRow = row?.input === 'exclusive';
  if (parts > input) {
    const inclusiveApi = provider !== null && INCLUSIVE_APIS.has(provider) && !isClaude;
    if (inclusiveApi && !exclusiveRow && !raw) return null;
    return { basis: 'proved_exclusive', exclusive: true, doubtful: false };
  }
  const told = counts.total !== null && counts.output !== null && parts > 0;
  if (told && counts.total === input + parts + (counts.output ?? 0)) {
    return { basis: 'proved_exclusive', exclusive: true, doubtful: false };
  }
  if (exclusiveRow) return { basis: 'instrumentation_table', exclusive: true, doubtful: false };
  return { basis: 'convention_default', exclusive: false, doubtful: row === null || raw !== null };
}

interface WholeOutput {
  readonly output: number | null;
  readonly reasoning: number | null;
  readonly lost: boolean;
}

/**
 * Gemini counts thoughts beside the answer (xAI too), and some instrumentations pass only the answer on. The total
 * shows it: what is neither input nor answer was thought, and is billed as output.
 */
function wholeOutput(
  counts: Counts,
  told: number,
  input: number,
  raw: RawUsage | null,
  { row, provider, isClaude }: Evidence,
): WholeOutput | null {
  const { output, reasoning, total } = counts;
  const plain = { output, reasoning, lost: false };
  if (output === null || isClaude) return plain;
  if (raw?.inclusion === 'inclusive' && provider === 'google' && output >= (reasoning ?? 0)) return plain;
  const gap = total === null ? null : Math.min(total - input, total - told) - output;
  const thinks = provider === 'google' || row?.reasoning === 'excluded';
  if (gap !== null && gap > 0 && (thinks || gap === reasoning)) {
    return { output: output + gap, reasoning: reasoning ?? gap, lost: false };
  }
  if (gap === 0) return (reasoning ?? 0) <= output ? plain : null;
  if (reasoning !== null && (row?.reasoning === 'excluded' || (thinks && reasoning > output))) {
    return { output: output + reasoning, reasoning, lost: false };
  }
  if ((reasoning ?? 0) > output) return null;
  return { ...plain, lost: reasoning === null && thinks && row?.reasoning !== 'included' };
}

/** Told audio includes cached audio; canonical parts are disjoint. */
function splitAudio(counts: Counts): void {
  if (
    counts.inputAudio !== null &&
    counts.cacheReadAudio !== null &&
    counts.cacheReadAudio <= counts.inputAudio
  ) {
    counts.inputAudio -= counts.cacheReadAudio;
  }
}

/** @returns null when a count is absurd or a part exceeds its whole. */
function canonical(counts: Counts): Usage | null {
  const { other } = counts;
  const numbers = Object.values({ ...counts, total: null }).filter((count) => typeof count === 'number');
  if (numbers.some((count) => !(count >= 0 && count <= MAX_COUNT))) return null;
  if (Object.values(other).some((count) => !(count >= 0))) return null;
  const input = counts.input ?? 0;
  const output = counts.output ?? 0;
  const cached = (counts.cacheRead ?? 0) + (counts.cacheWrite ?? 0);
  if (cached > input || (counts.inputAudio ?? 0) + (counts.inputImage ?? 0) > input) return null;
  if ((counts.reasoning ?? 0) > output || (counts.outputAudio ?? 0) + (counts.outputImage ?? 0) > output)
    return null;
  if ((counts.cacheReadAudio ?? 0) > (counts.cacheRead ?? 0)) return null;
  return {
    input_tokens: counts.input,
    cache_read: counts.cacheRead,
    cache_write_5m: counts.write5m ?? counts.cacheWrite,
    cache_write_1h: counts.write1h,
    input_audio: counts.inputAudio === null ? null : Math.min(counts.inputAudio, input - cached),
    cache_read_audio: counts.cacheReadAudio,
    input_image: counts.inputImage,
    output_tokens: counts.output,
    reasoning: counts.reasoning,
    output_audio: counts.outputAudio,
    output_image: counts.outputImage,
    other,
  };
}
