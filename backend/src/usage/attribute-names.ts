/**
 * The names under which senders tell the same thing, per concept, in the order in which they are believed:
 * today's semantic convention, its older names, then the names of single libraries.
 * A name once listed stays: stored spans and old instrumentations keep sending it.
 * Sources: semantic-conventions-genai (`gen_ai.*`), OpenInference (`llm.*`), Vercel AI SDK (`ai.*`), OpenLLMetry
 * (`llm.usage.*`), pydantic-ai (`gen_ai.usage.details.*`), anthropic SDK (`anthropic.*`).
 */
export const PROVIDER_NAMES = [
  'gen_ai.provider.name',
  'gen_ai.system',
  'llm.provider',
  'llm.system',
  'ai.model.provider',
  'ls_provider',
  'langsmith.metadata.ls_provider',
] as const;

export const REQUEST_MODEL = [
  'gen_ai.request.model',
  'llm.request.model_name',
  'ai.model.id',
  'langfuse.observation.model.name',
  'langsmith.metadata.ls_model_name',
  'embedding.model_name',
  'reranker.model_name',
] as const;

/** `llm.model_name` is the response's model where the library knows it, else the request's. */
export const RESPONSE_MODEL = [
  'gen_ai.response.model',
  'llm.response.model_name',
  'ai.response.model',
  'llm.model_name',
] as const;

export const RESPONSE_ID = ['gen_ai.response.id', 'ai.response.id', 'llm.response.id'] as const;

export const FINISH_REASON = [
  'gen_ai.response.finish_reasons',
  'anthropic.message.stop_reason',
  'ai.response.finishReason',
  'llm.finish_reason',
  'gen_ai.completion.0.finish_reason',
  'langfuse.observation.metadata.finish_reason',
] as const;

export const STREAMING = [
  'gen_ai.request.stream',
  'gen_ai.is_streaming',
  'llm.is_streaming',
  'gen_ai.request.is_stream',
] as const;

export const INPUT = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.prompt_tokens',
  'llm.usage.prompt_tokens',
  'llm.token_count.prompt',
  'ai.usage.inputTokens',
  'ai.usage.promptTokens',
  'ai.usage.tokens',
] as const;

export const OUTPUT = [
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.completion_tokens',
  'llm.usage.completion_tokens',
  'llm.token_count.completion',
  'ai.usage.outputTokens',
  'ai.usage.completionTokens',
] as const;

export const UNCACHED_INPUT = ['ai.usage.inputTokenDetails.noCacheTokens'] as const;

export const CACHE_READ = [
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_read_input_tokens',
  'gen_ai.usage.details.cache_read_tokens',
  'gen_ai.usage.details.cache_read_input_tokens',
  'gen_ai.usage.input_token_details.cache_read',
  'gen_ai.usage.cached_input_tokens',
  'gen_ai.usage.cached_tokens',
  'gen_ai.usage.prompt_tokens_details.cache_read',
  'llm.usage.cache_read_input_tokens',
  'llm.token_count.prompt_details.cache_read',
  'ai.usage.inputTokenDetails.cacheReadTokens',
  'ai.usage.cachedInputTokens',
] as const;

export const CACHE_WRITE = [
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
  'gen_ai.usage.cache_write_input_tokens',
  'gen_ai.usage.details.cache_write_tokens',
  'gen_ai.usage.details.cache_creation_input_tokens',
  'gen_ai.usage.input_token_details.cache_creation',
  'gen_ai.usage.prompt_tokens_details.cache_write',
  'llm.usage.cache_creation_input_tokens',
  'llm.token_count.prompt_details.cache_write',
  'ai.usage.inputTokenDetails.cacheWriteTokens',
] as const;

export const CACHE_WRITE_5M = [
  'anthropic.usage.cache_creation.ephemeral_5m_input_tokens',
  'gen_ai.usage.details.ephemeral_5m_input_tokens',
  'gen_ai.usage.cache_creation.ephemeral_5m_input_tokens',
  'gen_ai.usage.input_token_details.ephemeral_5m_input_tokens',
] as const;

export const CACHE_WRITE_1H = [
  'anthropic.usage.cache_creation.ephemeral_1h_input_tokens',
  'gen_ai.usage.details.ephemeral_1h_input_tokens',
  'gen_ai.usage.cache_creation.ephemeral_1h_input_tokens',
  'gen_ai.usage.input_token_details.ephemeral_1h_input_tokens',
] as const;

export const REASONING = [
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.usage.reasoning_tokens',
  'gen_ai.usage.details.reasoning_tokens',
  'gen_ai.usage.details.thoughts_tokens',
  'gen_ai.usage.output_token_details.reasoning',
  'gen_ai.usage.completion_tokens_details.reasoning',
  'llm.usage.reasoning_tokens',
  'llm.token_count.completion_details.reasoning',
  'ai.usage.outputTokenDetails.reasoningTokens',
  'ai.usage.reasoningTokens',
] as const;

export const INPUT_AUDIO = [
  'gen_ai.usage.audio.input_tokens',
  'gen_ai.usage.details.input_audio_tokens',
  'gen_ai.usage.details.audio_prompt_tokens',
  'gen_ai.usage.input_token_details.audio',
  'llm.token_count.prompt_details.audio',
] as const;

export const CACHE_READ_AUDIO = [
  'gen_ai.usage.audio.cache_read.input_tokens',
  'gen_ai.usage.details.cache_audio_read_tokens',
  'gen_ai.usage.details.audio_cache_tokens',
] as const;

export const INPUT_TEXT = [
  'gen_ai.usage.text.input_tokens',
  'gen_ai.usage.details.text_prompt_tokens',
] as const;

export const INPUT_IMAGE = [
  'gen_ai.usage.image.input_tokens',
  'gen_ai.usage.details.image_prompt_tokens',
] as const;

export const OUTPUT_AUDIO = [
  'gen_ai.usage.audio.output_tokens',
  'gen_ai.usage.details.output_audio_tokens',
  'gen_ai.usage.details.audio_candidates_tokens',
  'gen_ai.usage.output_token_details.audio',
  'gen_ai.usage.completion_tokens_details.audio',
  'llm.token_count.completion_details.audio',
] as const;

export const OUTPUT_IMAGE = [
  'gen_ai.usage.image.output_tokens',
  'gen_ai.usage.details.image_candidates_tokens',
] as const;

/** Only a check: never billed by itself. */
export const TOTAL = [
  'gen_ai.usage.total_tokens',
  'llm.usage.total_tokens',
  'llm.token_count.total',
  'ai.usage.totalTokens',
] as const;

export const WEB_SEARCHES = [
  'gen_ai.usage.server_tool_use.web_search_requests',
  'anthropic.usage.server_tool_use.web_search_requests',
  'gen_ai.usage.details.web_search_requests',
  'gen_ai.usage.web_search_requests',
] as const;

export const PAGES = ['mistral_ai.ocr.usage.pages_processed', 'gen_ai.usage.pages'] as const;

export const RESPONSE_TIER = [
  'openai.response.service_tier',
  'gen_ai.openai.response.service_tier',
  'gen_ai.response.service_tier',
  'anthropic.response.service_tier',
] as const;

export const REQUEST_TIER = [
  'openai.request.service_tier',
  'gen_ai.openai.request.service_tier',
  'gen_ai.request.service_tier',
  'anthropic.request.service_tier',
] as const;

/** JSON objects of request settings; only their `service_tier` is looked at. */
export const REQUEST_SETTINGS = [
  'llm.invocation_parameters',
  'langfuse.observation.model.parameters',
  'invocation_params',
] as const;

export const REPORTED_COST = [
  'gen_ai.cost.total_cost',
  'llm.cost.total',
  'operation.cost',
  'gen_ai.usage.cost',
  'gen_ai.usage.total_cost',
] as const;

/** Time to the first chunk in seconds, and in milliseconds. */
export const FIRST_CHUNK_SECONDS = [
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.server.time_to_first_token',
] as const;
export const FIRST_CHUNK_MS = [
  'ai.response.msToFirstChunk',
  'gen_ai.response.time_to_first_token_ms',
] as const;

export const HTTP_STATUS = ['http.response.status_code', 'http.status_code', 'error.code'] as const;

/** The provider's own usage object, as JSON or as the repr of a Python dict; whole, so what it leaves out is none. */
export const RAW_USAGE = [
  'gen_ai.usage.raw',
  'langfuse.observation.usage_details',
  'langsmith.usage_metadata',
  'metadata.usage_object',
] as const;

/** LiteLLM's `raw_gen_ai_request` spans: `llm.openai.usage`, `llm.anthropic.usage`, `llm.gemini.usageMetadata`, `llm.None.usage`. */
export const RAW_USAGE_PATTERN = /^llm\.[\w-]{1,40}\.(?:usage|usageMetadata)$/;
