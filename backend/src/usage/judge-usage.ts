import type { Counts } from './counts.js';
import type { Instrumentation } from './instrumentations.js';
import type { CostQuality } from './usage.js';

/** What is known around the counts when their worth is judged. */
export interface Evidence {
  readonly row: Instrumentation | null;
  readonly provider: string | null;
  /** Lower-case names of the model, requested and served. */
  readonly models: readonly string[];
  readonly operation: string;
  readonly spanClass: 'call' | 'wrapper' | 'step';
  readonly isClaude: boolean;
  /** Told to stream, told not to, or not told. */
  readonly streaming: boolean | null;
  readonly finished: boolean;
  readonly failed: boolean;
  /** A non-standard tier was asked for and the one served is not told: providers may serve another. */
  readonly tierOnlyRequested: boolean;
}

/** How the counts came to be read. */
export interface Reading {
  readonly counts: Counts;
  readonly exclusive: boolean;
  /** Inclusion rests on nothing but the convention or a definition that people break. */
  readonly inclusionDoubtful: boolean;
  readonly cacheTold: boolean;
  readonly audioTold: boolean;
  /** Output may leave out thoughts that nothing tells of. */
  readonly reasoningLost: boolean;
}

export interface Verdict {
  readonly quality: CostQuality;
  readonly lost: readonly string[];
}

/** Sellers whose catalogue knows no cache price (@pydantic/genai-prices 0.1.8): cache detail cannot change the cost. */
const NO_CACHE_PRICE = new Set([
  'cohere',
  'perplexity',
  'cerebras',
  'together',
  'voyageai',
  'novita',
  'ovhcloud',
  'typesafe',
]);

/** Operations whose input is never cached. */
const UNCACHED_OPERATIONS = /embed|rerank|moderation|image|speech|audio|transcription|translation|ocr|video/;

/** APIs whose own input count includes cached tokens, so that a lost detail can only make the price too high. */
export const INCLUSIVE_APIS = new Set([
  'openai',
  'azure',
  'google',
  'x-ai',
  'groq',
  'deepseek',
  'mistral',
  'openrouter',
  'fireworks',
  'moonshotai',
]);

/** OpenAI caches prompts of 1024 tokens and more. https://platform.openai.com/docs/guides/prompt-caching */
const OPENAI_CACHE_FROM = 1024;

const AUDIO_MODEL = /audio|realtime|transcribe|whisper|(?:^|-)tts/;
const IMAGE_MODEL = /gpt-image|-image(?:-|$)|imagen/;
const INVENTED = ['input', 'output'];

/**
 * Says what the evidence allows us to claim. `exact` only when everything that is billed was told, by this span or by
 * what its library is known always to tell. Each loss has its direction; losses of both directions are `estimated`.
 */
export function judgeUsage(reading: Reading, evidence: Evidence): Verdict {
  const losses: [string, CostQuality][] = [
    ...cacheLosses(reading, evidence),
    ...outputLosses(reading, evidence),
    ...modalityLosses(reading, evidence),
  ];
  if (isInvented(reading, evidence)) for (const name of INVENTED) losses.push([name, 'lower_bound']);
  if (evidence.row?.region === 'lost' && evidence.provider === 'aws') losses.push(['region', 'estimated']);
  if (evidence.tierOnlyRequested) losses.push(['service tier served', 'estimated']);
  if (evidence.spanClass === 'wrapper') losses.push(['span of its own', 'estimated']);
  return {
    quality: worst(losses.map(([, quality]) => quality)),
    lost: [...new Set(losses.map(([name]) => name))],
  };
}

function worst(qualities: readonly CostQuality[]): CostQuality {
  const [first = 'exact', ...rest] = qualities;
  return rest.every((quality) => quality === first) ? first : 'estimated';
}

function cacheLosses(reading: Reading, evidence: Evidence): [string, CostQuality][] {
  const { counts, exclusive, cacheTold } = reading;
  const { row, provider, isClaude } = evidence;
  if (UNCACHED_OPERATIONS.test(evidence.operation)) return [];
  if (provider !== null && NO_CACHE_PRICE.has(provider)) return [];
  const losses: [string, CostQuality][] = [];
  const side: CostQuality = exclusive ? 'lower_bound' : 'estimated';
  const read = counts.cacheRead !== null || cacheTold || row?.cacheRead === 'reported';
  if (!read && !isTooShortToCache(counts, evidence)) {
    const inclusiveApi = !isClaude && provider !== null && INCLUSIVE_APIS.has(provider);
    losses.push(['cache_read', inclusiveApi && !exclusive ? 'upper_bound' : side]);
  }
  if (!isClaude) return losses;
  const writes = counts.cacheWrite ?? 0;
  const split = counts.write5m !== null || counts.write1h !== null;
  const written =
    (counts.cacheWrite !== null && row?.cacheWrite !== 'lost') ||
    writes > 0 ||
    split ||
    cacheTold ||
    row?.cacheWrite === 'reported';
  if (!written) losses.push(['cache_write', read || exclusive ? 'lower_bound' : side]);
  if (writes > 0 && !split) losses.push(['1h split', 'estimated']);
  if (reading.inclusionDoubtful && writes + (counts.cacheRead ?? 0) > 0)
    losses.push(['cache inclusion', 'estimated']);
  return losses;
}

function isTooShortToCache(counts: Counts, { provider }: Evidence): boolean {
  return (
    (provider === 'openai' || provider === 'azure') &&
    counts.input !== null &&
    counts.input < OPENAI_CACHE_FROM
  );
}

function outputLosses(reading: Reading, evidence: Evidence): [string, CostQuality][] {
  if (UNCACHED_OPERATIONS.test(evidence.operation)) return [];
  const output = reading.counts.output ?? 0;
  const losses: [string, CostQuality][] = [];
  // Anthropic's message_start counts one output token; an abandoned stream never learns the rest
  const begun = evidence.failed || (evidence.isClaude && output <= 1);
  if (output === 0 || (begun && !evidence.finished)) {
    losses.push(['output (stream aborted)', 'lower_bound']);
  } else if (evidence.row?.streams === 'plus_one' && evidence.streaming !== false) {
    losses.push(['output (start and delta added)', 'upper_bound']);
  }
  if (reading.reasoningLost) losses.push(['reasoning', 'lower_bound']);
  return losses;
}

function modalityLosses(reading: Reading, evidence: Evidence): [string, CostQuality][] {
  const { counts, audioTold } = reading;
  const losses: [string, CostQuality][] = [];
  if (!audioTold && counts.inputAudio === null && evidence.models.some((model) => AUDIO_MODEL.test(model))) {
    losses.push(['audio split', 'lower_bound']);
  }
  // audio and cached tokens may overlap, and cached audio has a price of its own
  if ((counts.inputAudio ?? 0) > 0 && (counts.cacheRead ?? 0) > 0 && counts.cacheReadAudio === null) {
    losses.push(['cached audio', 'estimated']);
  }
  if (counts.inputImage === null && evidence.models.some((model) => IMAGE_MODEL.test(model))) {
    losses.push(['image split', 'estimated']);
  }
  return losses;
}

/** A stream's real usage carries cache detail; a guessed one is two bare counts. */
function isInvented({ counts }: Reading, { row, streaming, operation }: Evidence): boolean {
  return (
    row?.streams === 'invented' &&
    streaming !== false &&
    counts.cacheRead === null &&
    counts.cacheWrite === null &&
    !UNCACHED_OPERATIONS.test(operation)
  );
}
