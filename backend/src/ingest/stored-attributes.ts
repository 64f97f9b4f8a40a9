import { cleanText } from './clean-text.js';
import { isUsageDocument, numbersOfUsage } from './usage-documents.js';
import type { Attributes, AttributeValue } from '../usage/span.js';

export type StoredAttributes = Readonly<Record<string, string | number | boolean>>;

/**
 * String attributes that may be stored (ADR 0004). Each is a name or code from a closed or low-cardinality set, never a
 * text somebody typed. Add a name only after asking: could an instrumentation put a prompt in it?
 */
export const STORED_TEXT: ReadonlySet<string> = new Set([
  // which model, where, how
  'gen_ai.operation.name',
  'gen_ai.system',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.response.id',
  'gen_ai.response.service_tier',
  'gen_ai.request.service_tier',
  'gen_ai.openai.request.service_tier',
  'gen_ai.openai.response.service_tier',
  'openai.request.service_tier',
  'openai.response.service_tier',
  'openai.api.type',
  'anthropic.response.service_tier',
  'anthropic.message.stop_reason',
  'anthropic.request.id',
  'gen_ai.output.type',
  'gen_ai.agent.id',
  'gen_ai.agent.name',
  'gen_ai.tool.name',
  'gen_ai.tool.type',
  'gen_ai.token.type',
  'llm.provider',
  'llm.system',
  'llm.vendor',
  'llm.model_name',
  'llm.request.model_name',
  'llm.response.model_name',
  'llm.request.type',
  'llm.finish_reason',
  'embedding.model_name',
  'reranker.model_name',
  'ai.operationId',
  'ai.model.provider',
  'ai.model.id',
  'ai.response.id',
  'ai.response.model',
  'ai.response.finishReason',
  'openinference.span.kind',
  'traceloop.span.kind',
  'langsmith.span.kind',
  'langfuse.observation.type',
  'langfuse.observation.model.name',
  'langfuse.observation.level',
  'langsmith.metadata.ls_provider',
  'langsmith.metadata.ls_model_name',
  'ls_provider',
  'llm.response.id',
  'anthropic.request.service_tier',
  'graph.node.id',
  // what went wrong, and over which wire
  'error.type',
  'http.request.method',
  'rpc.system',
  'rpc.service',
  'rpc.method',
  'aws.request_id',
  'server.address',
  'cloud.region',
  'cloud.provider',
  // of a resource
  'service.name',
  'service.version',
  'deployment.environment',
  'deployment.environment.name',
  'telemetry.sdk.language',
]);

/** Names are stored too: one with blanks or of great length is somebody's text. */
const STORED_NAME = /^[A-Za-z0-9_.:/-]{1,128}$/;
export const isStorableName = (name: string): boolean => STORED_NAME.test(name);
/** A span with more attributes than this is not a model call's; the rest is not stored. */
const MAX_STORED = 128;

/**
 * What is stored of a span's (or resource's) attributes: every finite number and boolean, allow-listed strings of at most
 * 256 characters, and of allow-listed JSON only its numbers. So no prompt reaches the disk, and yet a usage rule added
 * later can read past calls again.
 */
export function storedAttributes(attributes: Attributes): StoredAttributes | null {
  const stored: Record<string, string | number | boolean> = {};
  let count = 0;
  for (const [name, value] of attributes) {
    const kept = storedValue(name, value);
    if (kept === null || !isStorableName(name)) continue;
    stored[name] = kept;
    count += 1;
    if (count === MAX_STORED) break;
  }
  return count ? stored : null;
}

function storedValue(name: string, value: AttributeValue): string | number | boolean | null {
  if (typeof value === 'boolean') return value;
  // JSON has no NaN or Infinity; as text they still say that the count was told and is no number.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' && STORED_TEXT.has(name)) return cleanText(value);
  return isUsageDocument(name) ? numbersOfUsage(value) : null;
}
