/**
 * Canonical usage of one model call (design section 4). Counts are whole numbers from 0 to 1e12.
 * `null` means "not told"; 0 means "told to be none". The two are never exchanged.
 */
export interface Usage {
  /** Everything sent, including cached, audio and image parts (semantic conventions). */
  readonly input_tokens: number | null;
  /** Disjoint subsets of input_tokens. */
  readonly cache_read: number | null;
  readonly cache_write_5m: number | null;
  readonly cache_write_1h: number | null;
  readonly input_audio: number | null;
  /** The part of cache_read that is audio; a subset of cache_read, not of input_audio. */
  readonly cache_read_audio: number | null;
  readonly input_image: number | null;
  /** Everything generated, including reasoning and audio. */
  readonly output_tokens: number | null;
  /** Subsets of output_tokens. */
  readonly reasoning: number | null;
  readonly output_audio: number | null;
  readonly output_image: number | null;
  /** Everything billed in other units than tokens, by meter name: `web_search`, `request`, `image`, … */
  readonly other: Readonly<Partial<Record<OtherMeter, number>>>;
}

/** Units that are not tokens. `audio_seconds` may be fractional in the source; it is kept in whole milliseconds as `audio_ms`. */
export const OTHER_METERS = [
  'request',
  'web_search',
  'storage_search',
  'code_execution',
  'rerank',
  'image',
  'page',
  'character',
  'audio_ms',
] as const;
export type OtherMeter = (typeof OTHER_METERS)[number];

/** How it was decided whether `input_tokens` as sent includes the cached parts, strongest evidence first. */
export const INPUT_BASES = [
  'raw_provider_usage',
  'explicit_breakdown',
  'proved_exclusive',
  'instrumentation_table',
  'convention_default',
  'sender',
] as const;
export type InputBasis = (typeof INPUT_BASES)[number];

/** What the usage's detail allows us to claim about the cost. */
export const COST_QUALITIES = ['exact', 'upper_bound', 'lower_bound', 'estimated'] as const;
export type CostQuality = (typeof COST_QUALITIES)[number];

/** Why a usage cannot be read. Each makes the call `pending`, never zero. */
export type UsageProblem = 'no_usage' | 'inconsistent_usage' | 'aborted_stream';

/**
 * What one span says about model usage, before its neighbours are known.
 * - `call`: a billable request to a model;
 * - `wrapper`: repeats what its children say (an agent run, `ai.generateText`, a chain);
 * - `step`: anything else.
 */
export type SpanClass = 'call' | 'wrapper' | 'step';

/** The usage module's conclusion about one span. Pure, deterministic, free of prices. */
export interface SpanReading {
  readonly spanClass: SpanClass;
  readonly operation: string | null;
  /** Canonical provider name in the catalogue's terms (`openai`, `anthropic`, `azure`, `aws`, `google`, …), or the sender's own. */
  readonly provider: string | null;
  readonly requestModel: string | null;
  readonly responseModel: string | null;
  readonly responseId: string | null;
  /** As served where told, else as requested; `null` = not told (priced as standard). */
  readonly serviceTier: string | null;
  readonly usage: Usage | null;
  readonly problem: UsageProblem | null;
  readonly inputBasis: InputBasis | null;
  readonly quality: CostQuality;
  /** What the sender did not tell, in words for people: `cache_read`, `1h split`, `output (stream aborted)`. */
  readonly lost: readonly string[];
  /** Richness of the usage's detail: a resend or a copy replaces another only if its detail is greater. */
  readonly detail: number;
  /** The provider refused or the call failed. With no usage it is unbilled (`failed_no_usage`). */
  readonly failed: boolean;
  /** A cost claimed by the sender, in USD as a decimal string: kept for comparison, never trusted. */
  readonly reportedCost: string | null;
  readonly timeToFirstTokenMs: number | null;
}
