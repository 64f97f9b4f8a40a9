import { addOther, noCounts, toCount, type Counts } from './counts.js';
import type { Literal } from './read-literal.js';

type Dict = ReadonlyMap<string, Literal>;

/** A provider's own usage object, with what is known of its shape. */
export interface RawUsage {
  readonly counts: Counts;
  /** Whether input includes cached tokens; `undecided` where the object's author is not the provider. */
  readonly inclusion: 'inclusive' | 'exclusive' | 'undecided';
  /** An absent cache count means that none was used. */
  readonly cacheTold: boolean;
  /** The object tells modalities, so what it does not tell of audio is none. */
  readonly audioTold: boolean;
  /** Speed, geography or tier of the service, as far as they change the price. */
  readonly tier: string | null;
}

/**
 * Recognises a usage object by its keys: Gemini, Bedrock Converse, Cohere, OpenAI chat (and everything compatible,
 * LiteLLM), OpenAI responses, LangChain's usage_metadata, Anthropic, Langfuse's parts.
 * @param isClaude the call went to an Anthropic model, whose objects without any cache key look like anybody's.
 * @returns null when it is none of them.
 */
export function readRawUsage(usage: Dict, isClaude: boolean): RawUsage | null {
  if (usage.has('promptTokenCount') || usage.has('prompt_token_count')) return gemini(usage);
  if (usage.has('inputTokens')) return converse(usage);
  if (usage.has('billed_units') || usage.has('billedUnits')) return cohere(usage);
  if (usage.has('prompt_tokens')) return openaiChat(usage);
  if (usage.has('input_tokens')) {
    if (usage.has('input_tokens_details')) return openaiResponses(usage);
    if (usage.has('input_token_details') || usage.has('output_token_details')) return langchain(usage);
    if (isClaude || ANTHROPIC_KEYS.some((key) => usage.has(key))) return anthropic(usage);
    return plain(usage, 'input_tokens', 'output_tokens');
  }
  if (usage.has('input') || usage.has('output')) return langfuse(usage);
  return null;
}

const dict = (value: Literal | undefined): Dict =>
  value instanceof Map ? value : new Map<string, Literal>();
const text = (value: Literal | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
const either = (usage: Dict, ...keys: string[]): number | null => {
  for (const key of keys) {
    const count = toCount(usage.get(key));
    if (count !== null) return count;
  }
  return null;
};
const ANTHROPIC_KEYS = [
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'cache_creation',
  'server_tool_use',
];

/** Input includes cached_tokens, output includes reasoning. DeepSeek and LiteLLM add keys of their own. */
function openaiChat(usage: Dict): RawUsage {
  const counts = noCounts();
  const input = dict(usage.get('prompt_tokens_details'));
  const output = dict(usage.get('completion_tokens_details'));
  const writes = dict(input.get('cache_creation_token_details'));
  counts.input = toCount(usage.get('prompt_tokens'));
  counts.output = toCount(usage.get('completion_tokens'));
  counts.total = toCount(usage.get('total_tokens'));
  counts.cacheRead =
    either(input, 'cached_tokens') ??
    either(usage, 'prompt_cache_hit_tokens', 'cache_read_input_tokens', 'cached_tokens');
  counts.cacheWrite =
    either(input, 'cache_write_tokens', 'cache_creation_tokens') ??
    either(usage, 'cache_creation_input_tokens');
  counts.write5m = either(writes, 'ephemeral_5m_input_tokens');
  counts.write1h = either(writes, 'ephemeral_1h_input_tokens');
  counts.inputAudio = either(input, 'audio_tokens');
  counts.reasoning = either(output, 'reasoning_tokens') ?? either(usage, 'reasoning_tokens');
  counts.outputAudio = either(output, 'audio_tokens');
  addServerTools(counts, usage);
  return {
    counts,
    inclusion: 'inclusive',
    cacheTold: usage.get('prompt_tokens_details') instanceof Map || counts.cacheRead !== null,
    audioTold: input.has('audio_tokens'),
    tier: tierOf(usage),
  };
}

function openaiResponses(usage: Dict): RawUsage {
  const counts = noCounts();
  const input = dict(usage.get('input_tokens_details'));
  const output = dict(usage.get('output_tokens_details'));
  const cached = dict(input.get('cached_tokens_details'));
  counts.input = toCount(usage.get('input_tokens'));
  counts.output = toCount(usage.get('output_tokens'));
  counts.total = toCount(usage.get('total_tokens'));
  counts.cacheRead = either(input, 'cached_tokens');
  counts.cacheWrite = either(input, 'cache_write_tokens');
  counts.reasoning = either(output, 'reasoning_tokens');
  counts.inputAudio = either(input, 'audio_tokens');
  counts.inputImage = either(input, 'image_tokens');
  counts.cacheReadAudio = either(cached, 'audio_tokens');
  counts.outputAudio = either(output, 'audio_tokens');
  counts.outputImage = either(output, 'image_tokens');
  return {
    counts,
    inclusion: 'inclusive',
    cacheTold: true,
    audioTold: input.has('audio_tokens'),
    tier: tierOf(usage),
  };
}

/** Cached tokens stand beside input_tokens, not in it. https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching */
function anthropic(usage: Dict): RawUsage {
  const counts = noCounts();
  const writes = dict(usage.get('cache_creation'));
  counts.input = toCount(usage.get('input_tokens'));
  counts.output = toCount(usage.get('output_tokens'));
  counts.cacheRead = either(usage, 'cache_read_input_tokens');
  counts.cacheWrite = either(usage, 'cache_creation_input_tokens');
  counts.write5m = either(writes, 'ephemeral_5m_input_tokens');
  counts.write1h = either(writes, 'ephemeral_1h_input_tokens');
  addServerTools(counts, usage);
  return { counts, inclusion: 'exclusive', cacheTold: true, audioTold: true, tier: tierOf(usage) };
}

/** Thoughts are not in the candidates, tool prompts not in the prompt; both are billed. */
function gemini(usage: Dict): RawUsage {
  const counts = noCounts();
  const prompt = modalities(usage, 'promptTokensDetails', 'prompt_tokens_details');
  const cached = modalities(usage, 'cacheTokensDetails', 'cache_tokens_details');
  const answer = modalities(usage, 'candidatesTokensDetails', 'candidates_tokens_details');
  const thoughts = either(usage, 'thoughtsTokenCount', 'thoughts_token_count');
  const candidates = either(usage, 'candidatesTokenCount', 'candidates_token_count');
  const tools = either(usage, 'toolUsePromptTokenCount', 'tool_use_prompt_token_count') ?? 0;
  const input = either(usage, 'promptTokenCount', 'prompt_token_count');
  counts.input = input === null ? null : input + tools;
  counts.output = candidates === null && thoughts === null ? null : (candidates ?? 0) + (thoughts ?? 0);
  counts.reasoning = thoughts;
  counts.total = either(usage, 'totalTokenCount', 'total_token_count');
  counts.cacheRead = either(usage, 'cachedContentTokenCount', 'cached_content_token_count');
  counts.inputAudio = prompt.get('AUDIO') ?? null;
  counts.inputImage = prompt.get('IMAGE') ?? null;
  counts.cacheReadAudio = cached.get('AUDIO') ?? null;
  counts.outputAudio = answer.get('AUDIO') ?? null;
  counts.outputImage = answer.get('IMAGE') ?? null;
  return { counts, inclusion: 'inclusive', cacheTold: true, audioTold: prompt.size > 0, tier: null };
}

function modalities(usage: Dict, ...keys: string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const key of keys) {
    const list = usage.get(key);
    if (!Array.isArray(list)) continue;
    for (const item of list) {
      const modality = text(dict(item).get('modality'));
      const count = either(dict(item), 'tokenCount', 'token_count');
      if (modality !== null && count !== null) found.set(modality.replace(/^.*\./, '').toUpperCase(), count);
    }
  }
  return found;
}

/** Bedrock Converse: cached tokens stand beside inputTokens. The AI SDK's object of the same keys tells its cached ones inside. */
function converse(usage: Dict): RawUsage {
  const counts = noCounts();
  const details = dict(usage.get('inputTokenDetails'));
  const sdk = usage.has('inputTokenDetails') || usage.has('cachedInputTokens');
  counts.input = toCount(usage.get('inputTokens'));
  counts.output = toCount(usage.get('outputTokens'));
  counts.total = toCount(usage.get('totalTokens'));
  counts.cacheRead =
    either(usage, 'cacheReadInputTokens', 'cacheReadInputTokenCount', 'cachedInputTokens') ??
    either(details, 'cacheReadTokens');
  counts.cacheWrite =
    either(usage, 'cacheWriteInputTokens', 'cacheWriteInputTokenCount') ??
    either(details, 'cacheWriteTokens');
  const ttl = usage.get('cacheDetails');
  if (Array.isArray(ttl)) {
    for (const item of ttl) {
      const count = either(dict(item), 'inputTokens');
      if (dict(item).get('ttl') === '1h') counts.write1h = (counts.write1h ?? 0) + (count ?? 0);
      else counts.write5m = (counts.write5m ?? 0) + (count ?? 0);
    }
  }
  return {
    counts,
    inclusion: sdk ? 'inclusive' : 'exclusive',
    cacheTold: true,
    audioTold: false,
    tier: null,
  };
}

function cohere(usage: Dict): RawUsage {
  const billed = dict(usage.get('billed_units') ?? usage.get('billedUnits'));
  const counts = noCounts();
  counts.input = either(billed, 'input_tokens', 'inputTokens');
  counts.output = either(billed, 'output_tokens', 'outputTokens');
  addOther(counts, 'rerank', either(billed, 'search_units', 'searchUnits'));
  return { counts, inclusion: 'inclusive', cacheTold: true, audioTold: true, tier: null };
}

/** LangChain's UsageMetadata: inclusive by its definition, but LangSmith's Anthropic wrapper passed exclusive counts until 2026-03. */
function langchain(usage: Dict): RawUsage {
  const input = dict(usage.get('input_token_details'));
  const output = dict(usage.get('output_token_details'));
  const raw = plain(usage, 'input_tokens', 'output_tokens');
  const { counts } = raw;
  // a tier other than the standard one stands before the key: `flex_cache_read`
  const tier = [...input.keys(), ...output.keys()]
    .map((key) => /^(flex|priority)(?:_|$)/.exec(key)?.[1])
    .find(Boolean);
  counts.cacheRead = either(input, 'cache_read', `${tier}_cache_read`);
  counts.write5m = either(input, 'ephemeral_5m_input_tokens');
  counts.write1h = either(input, 'ephemeral_1h_input_tokens', 'ephemeral_1hr_input_tokens');
  const split = (counts.write5m ?? 0) + (counts.write1h ?? 0);
  // langchain-anthropic sets cache_creation to 0 when it tells the split, so that a sum over the keys is right
  const writes = either(input, 'cache_creation');
  counts.cacheWrite = split > 0 && writes === 0 ? split : writes;
  counts.inputAudio = either(input, 'audio');
  counts.reasoning = either(output, 'reasoning', `${tier}_reasoning`);
  counts.outputAudio = either(output, 'audio');
  return { ...raw, tier: tier ?? null };
}

/** Langfuse's usage types are disjoint parts by its definition, but people fill them in by hand: the total decides. */
function langfuse(usage: Dict): RawUsage {
  const raw = plain(usage, 'input', 'output');
  const { counts } = raw;
  counts.total = either(usage, 'total');
  counts.cacheRead = either(
    usage,
    'input_cached_tokens',
    'cache_read_input_tokens',
    'input_cache_read',
    'input_cached',
  );
  counts.cacheWrite = either(usage, 'cache_creation_input_tokens', 'input_cache_creation');
  counts.write5m = either(usage, 'input_cache_creation_5m');
  counts.write1h = either(usage, 'input_cache_creation_1h');
  counts.inputAudio = either(usage, 'input_audio_tokens', 'input_audio');
  counts.reasoning = either(usage, 'output_reasoning_tokens', 'output_reasoning', 'reasoning_tokens');
  counts.outputAudio = either(usage, 'output_audio_tokens', 'output_audio');
  const writes = counts.cacheWrite ?? (counts.write5m ?? 0) + (counts.write1h ?? 0);
  const inputs = (counts.cacheRead ?? 0) + writes + (counts.inputAudio ?? 0);
  const outputs = (counts.reasoning ?? 0) + (counts.outputAudio ?? 0);
  if (counts.input === null || inputs + outputs === 0 || counts.total === null) return raw;
  if (counts.total === counts.input + (counts.output ?? 0)) return { ...raw, inclusion: 'inclusive' };
  if (counts.total !== counts.input + inputs + (counts.output ?? 0) + outputs) return raw;
  counts.input += inputs;
  counts.output = (counts.output ?? 0) + outputs;
  return { ...raw, inclusion: 'inclusive' };
}

function plain(usage: Dict, input: string, output: string): RawUsage {
  const counts = noCounts();
  counts.input = toCount(usage.get(input));
  counts.output = toCount(usage.get(output));
  counts.total = either(usage, 'total_tokens', 'total');
  return { counts, inclusion: 'undecided', cacheTold: false, audioTold: false, tier: null };
}

function addServerTools(counts: Counts, usage: Dict): void {
  addOther(counts, 'web_search', either(dict(usage.get('server_tool_use')), 'web_search_requests'));
}

/** Anthropic's speed (`fast`) and geography (`us`) have prices of their own, as a tier has. */
function tierOf(usage: Dict): string | null {
  const special = [
    text(usage.get('inference_geo')) === 'us' ? 'us' : null,
    text(usage.get('speed')) === 'fast' ? 'fast' : null,
  ].filter((name) => name !== null);
  return special.length > 0 ? special.join('-') : text(usage.get('service_tier'));
}
