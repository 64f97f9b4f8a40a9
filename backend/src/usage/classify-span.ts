import { CACHE_READ, FINISH_REASON, INPUT, OUTPUT, RAW_USAGE, RESPONSE_ID } from './attribute-names.js';
import { firstText } from './counts.js';
import type { Instrumentation } from './instrumentations.js';
import type { Attributes, Span } from './span.js';
import type { SpanClass } from './usage.js';

/** What kind of work a span tells of; `operation` is in the words of the semantic conventions where they have one. */
export interface SpanKind {
  readonly spanClass: SpanClass;
  readonly operation: string | null;
}

/** LiteLLM's span of the request as the provider got it: a copy of the span above it, or all there is of a call (proxy). */
export const RAW_REQUEST = 'raw_gen_ai_request';

/** Operations that are one billable request to a model. */
const CALL_OPERATIONS = new Set([
  'chat',
  'completion',
  'acompletion',
  'text_completion',
  'atext_completion',
  'generate_content',
  'agenerate_content',
  'generate_content_stream',
  'agenerate_content_stream',
  'anthropic_messages',
  'responses',
  'aresponses',
  'response',
  'messages',
  'generation',
  'generate',
  'embeddings',
  'embedding',
  'aembedding',
  'rerank',
  'arerank',
  'moderation',
  'amoderation',
  'image_generation',
  'aimage_generation',
  'image_edit',
  'aimage_edit',
  'image',
  'speech',
  'aspeech',
  'audio',
  'text_to_speech',
  'speech_to_text',
  'transcription',
  'atranscription',
  'translation',
  'video_generation',
  'ocr',
  'aocr',
  'realtime',
  'converse',
  'invoke_model',
]);

/** Work that is never a request to a model, whatever it carries; a stored response was billed when it was made. */
const STEP_OPERATION =
  /^(?:execute_tool|tools?\b|retriev|fetch_response|\w*_memory$|guardrail|evaluat|vector|search|count_tokens)/;

/** Operations that hold calls and may repeat their usage. */
const WRAPPER_OPERATIONS = new Set([
  'invoke_agent',
  'create_agent',
  'invoke_workflow',
  'workflow',
  'agent',
  'agent_step',
  'chain',
  'plan',
  'task',
  'crew',
  'handoff',
]);

const OPENINFERENCE: Readonly<Record<string, SpanKind>> = {
  LLM: call('chat'),
  EMBEDDING: call('embeddings'),
  RERANKER: call('rerank'),
  CHAIN: wrapper('chain'),
  AGENT: wrapper('invoke_agent'),
  TOOL: step('execute_tool'),
  RETRIEVER: step('retrieval'),
  GUARDRAIL: step('guardrail'),
  EVALUATOR: step('evaluator'),
  PROMPT: step('prompt'),
};

const LANGSMITH: Readonly<Record<string, SpanKind>> = {
  llm: call('chat'),
  embedding: call('embeddings'),
  chain: wrapper('chain'),
  tool: step('execute_tool'),
  retriever: step('retrieval'),
  prompt: step('prompt'),
  parser: step('parser'),
};

const LANGFUSE: Readonly<Record<string, SpanKind>> = {
  generation: call('chat'),
  embedding: call('embeddings'),
  agent: wrapper('invoke_agent'),
  chain: wrapper('chain'),
  tool: step('execute_tool'),
  retriever: step('retrieval'),
};

const TRACELOOP: Readonly<Record<string, SpanKind>> = {
  workflow: wrapper('workflow'),
  task: wrapper('task'),
  agent: wrapper('invoke_agent'),
  tool: step('execute_tool'),
};

const REQUEST_TYPES: Readonly<Record<string, SpanKind>> = {
  chat: call('chat'),
  completion: call('text_completion'),
  embedding: call('embeddings'),
  rerank: call('rerank'),
  responses: call('responses'),
};

function call(operation: string): SpanKind {
  return { spanClass: 'call', operation };
}
function wrapper(operation: string): SpanKind {
  return { spanClass: 'wrapper', operation };
}
function step(operation: string | null): SpanKind {
  return { spanClass: 'step', operation };
}

/**
 * Decides whether a span is a call, a wrapper around calls or a step, by the strongest word it says about itself:
 * its library's own kind, then `gen_ai.operation.name`, then the request type, then whether it carries a model's usage.
 */
export function classifySpan(span: Span, row: Instrumentation | null): SpanKind {
  const { attributes } = span;
  if (attributes.get('logfire.span_type') === 'pending_span') return step(null);
  if (span.name === RAW_REQUEST) return { spanClass: 'call', operation: null };
  const kind =
    kindOfLibrary(attributes) ??
    kindOfOperation(attributes) ??
    kindOfTraceloop(attributes) ??
    kindOfEvidence(span, row);
  return kind.spanClass === 'call' && isStreamRequest(span, row) ? wrapper(kind.operation ?? 'chat') : kind;
}

function kindOfLibrary(attributes: Attributes): SpanKind | null {
  const vercel = attributes.get('ai.operationId');
  if (typeof vercel === 'string') return kindOfVercel(vercel);
  const operation = attributes.get('gen_ai.operation.name');
  const kind =
    lookUp(LANGSMITH, attributes.get('langsmith.span.kind')) ??
    lookUp(LANGFUSE, attributes.get('langfuse.observation.type')) ??
    lookUp(OPENINFERENCE, attributes.get('openinference.span.kind'));
  if (kind === null)
    return attributes.has('langfuse.observation.type') && operation === undefined ? step(null) : null;
  return kind.spanClass === 'call' && typeof operation === 'string' && CALL_OPERATIONS.has(operation)
    ? call(operation)
    : kind;
}

/** `ai.generateText` holds `ai.generateText.doGenerate` (the call) and `ai.toolCall`. */
function kindOfVercel(operationId: string): SpanKind {
  const [, verb] = /^ai\.\w+\.do(\w+)$/.exec(operationId) ?? [];
  if (verb !== undefined)
    return call(verb === 'Embed' ? 'embeddings' : verb === 'Rerank' ? 'rerank' : 'chat');
  return operationId === 'ai.toolCall' ? step('execute_tool') : wrapper(operationId);
}

function kindOfOperation(attributes: Attributes): SpanKind | null {
  const operation = attributes.get('gen_ai.operation.name');
  if (typeof operation === 'string' && operation !== '') {
    if (CALL_OPERATIONS.has(operation)) return call(operation);
    if (WRAPPER_OPERATIONS.has(operation)) return wrapper(operation);
    // a word nobody listed (`chat.completions`) must not hide a call: then the usage decides
    return STEP_OPERATION.test(operation) || !hasUsage(attributes) ? step(operation) : null;
  }
  return lookUp(REQUEST_TYPES, attributes.get('llm.request.type'));
}

const kindOfTraceloop = (attributes: Attributes): SpanKind | null =>
  lookUp(TRACELOOP, attributes.get('traceloop.span.kind'));

/** The conventions' span name, `chat gpt-4o`. */
export function namedCall(name: string): { readonly operation: string; readonly model: string } | null {
  const [, operation, model] = /^(\w+) (\S+)$/.exec(name) ?? [];
  return operation !== undefined && model !== undefined && CALL_OPERATIONS.has(operation)
    ? { operation, model }
    : null;
}

/**
 * An instrumentation nobody listed: a model, and a response or its usage. Or a listed one that says nothing when the
 * call fails but its name (OpenLIT). What it did is left to its model's name: chat or embeddings (mistralai SDK).
 */
function kindOfEvidence(span: Span, row: Instrumentation | null): SpanKind {
  const { attributes } = span;
  if (!isModelSpan(attributes)) {
    const named = row !== null && span.status === 'error' ? namedCall(span.name) : null;
    return named ? call(named.operation) : step(null);
  }
  return hasUsage(attributes) ||
    firstText(attributes, RESPONSE_ID) !== null ||
    firstText(attributes, FINISH_REASON) !== null
    ? { spanClass: 'call', operation: null }
    : step(null);
}

const hasUsage = (attributes: Attributes): boolean =>
  [INPUT, OUTPUT, CACHE_READ, RAW_USAGE].some((names) => names.some((name) => attributes.has(name)));

const MODEL_NAMES = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'llm.request.model',
  'llm.model_name',
  'embedding.model_name',
];

const isModelSpan = (attributes: Attributes): boolean => firstText(attributes, MODEL_NAMES) !== null;

const lookUp = (kinds: Readonly<Record<string, SpanKind>>, key: unknown): SpanKind | null =>
  typeof key === 'string' && Object.hasOwn(kinds, key) ? (kinds[key] ?? null) : null;

/**
 * logfire: the request's span ends at the first byte; what it cost stands in a log written when the stream ends.
 * Older versions tell that it streams in `request_data`; in 5.2 it shows by what is lacking, since an answer that came
 * whole has an id and usage.
 */
function isStreamRequest(span: Span, row: Instrumentation | null): boolean {
  if (row?.streamRequests !== 'apart' || span.status === 'error') return false;
  const { attributes } = span;
  if (attributes.get('logfire.span_type') === 'log') return false;
  if (!hasUsage(attributes) && firstText(attributes, RESPONSE_ID) === null) return true;
  const request = attributes.get('request_data');
  return typeof request === 'string'
    ? /"stream":\s*true/.test(request)
    : typeof request === 'object' &&
        request !== null &&
        !Array.isArray(request) &&
        request['stream'] === true;
}
