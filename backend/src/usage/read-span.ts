import * as names from './attribute-names.js';
import { RAW_REQUEST, classifySpan, namedCall, type SpanKind } from './classify-span.js';
import { firstText, toDict } from './counts.js';
import { instrumentationOf } from './instrumentations.js';
import { canonicalProvider, isEngine, providerOfHost, providerOfModel } from './provider-names.js';
import { readUsage, type UsageReading } from './read-usage.js';
import type { Attributes, Span } from './span.js';
import type { SpanReading, UsageProblem } from './usage.js';

/**
 * Concludes everything that one span alone can tell about model usage: what it is, whose model, how many tokens, how
 * sure. Pure and deterministic; never throws, whatever the attributes hold.
 */
export function readSpan(span: Span): SpanReading {
  const kind = classifySpan(span, instrumentationOf(span.scopeName, span.scopeVersion, null));
  if (kind.spanClass === 'step') return stepReading(kind, span);
  const { attributes } = span;
  const settings = readSettings(attributes);
  const models = readModels(span, settings);
  const provider = readProvider(attributes, models.all);
  const row = instrumentationOf(span.scopeName, span.scopeVersion, provider);
  const operation = kind.operation ?? operationOf(models.all);
  const failed = hasFailed(span);
  const finished = firstText(attributes, names.FINISH_REASON) !== null;
  const responseTier = readResponseTier(attributes);
  const requestTier = standardTier(
    firstText(attributes, names.REQUEST_TIER) ?? textAt(settings, 'service_tier'),
  );
  const reading = readUsage(attributes, {
    row,
    provider,
    models: models.all,
    operation: operation ?? '',
    spanClass: kind.spanClass,
    isClaude: isClaude(provider, models.all),
    streaming: isStreaming(attributes),
    finished,
    failed,
    tierOnlyRequested: requestTier !== null && responseTier === null,
  });
  // An exception may have been caught and the call repeated: with usage it is told, the call was answered.
  const refused = failed || (span.hasException && reading.problem === 'no_usage');
  const problem = problemOf(reading, refused, span, models.response);
  const partial = {
    provider,
    requestModel: models.request,
    responseModel: models.response,
    responseId: readResponseId(span),
    serviceTier: responseTier ?? reading.tier ?? requestTier,
  };
  return {
    spanClass: kind.spanClass,
    operation,
    ...partial,
    usage: reading.usage,
    problem,
    inputBasis: reading.inputBasis,
    quality: reading.quality,
    lost: reading.lost,
    detail: detailOf(kind, reading, problem, [
      ...Object.values(partial),
      firstText(attributes, ['error.type']),
      httpStatus(attributes),
    ]),
    failed: refused && problem !== 'aborted_stream',
    reportedCost: readReportedCost(attributes),
    timeToFirstTokenMs: readFirstToken(attributes),
  };
}

/** Claude's cache writes have two prices and its own counts leave them out; on Bedrock an unnamed model may be it. */
const isClaude = (provider: string | null, models: readonly string[]): boolean =>
  provider === 'anthropic' ||
  models.some((model) => model.includes('claude')) ||
  (provider === 'aws' && models.length === 0);

/** A span that does not say what it did: its model does, if it names one. */
function operationOf(models: readonly string[]): string | null {
  if (models.length === 0) return null;
  return models.some((model) => model.includes('embed')) ? 'embeddings' : 'chat';
}

function stepReading(kind: SpanKind, span: Span): SpanReading {
  return {
    spanClass: 'step',
    operation: kind.operation,
    provider: null,
    requestModel: null,
    responseModel: null,
    responseId: null,
    serviceTier: null,
    usage: null,
    problem: null,
    inputBasis: null,
    quality: 'exact',
    lost: [],
    detail: 0,
    failed: hasFailed(span),
    reportedCost: null,
    timeToFirstTokenMs: null,
  };
}

/** A failed call without usage is unbilled; but a stream that broke after it began is billed for what had come. */
function problemOf(
  reading: UsageReading,
  failed: boolean,
  span: Span,
  responseModel: string | null,
): UsageProblem | null {
  if (reading.problem !== 'no_usage' || !failed) return reading.problem;
  const began =
    readFirstToken(span.attributes) !== null || firstText(span.attributes, names.FINISH_REASON) !== null;
  const refused = (httpStatus(span.attributes) ?? 0) >= 400;
  const answered =
    span.attributes.has('gen_ai.response.model') &&
    responseModel !== null &&
    isStreaming(span.attributes) === true;
  return (began || answered) && !refused ? 'aborted_stream' : 'no_usage';
}

/**
 * The order of evidence: step 0 < wrapper 1 (+ its counts) < call without usage 100 < contradictory 120 <
 * abandoned 140 < usage 3000 − 500 per loss (at most 4) < usage without loss 4000; within each, 10 per told count and
 * 1 per told fact (provider, models, response id, tier, error, status). A whole number far below 2^31.
 */
function detailOf(
  kind: SpanKind,
  reading: UsageReading,
  problem: UsageProblem | null,
  facts: readonly (string | number | null)[],
): number {
  const told = facts.filter((fact) => fact !== null).length;
  const counts = reading.usage
    ? Object.values(reading.usage).filter((count) => typeof count === 'number').length +
      Object.keys(reading.usage.other).length
    : 0;
  if (kind.spanClass === 'wrapper') return 1 + told + counts * 5;
  if (reading.usage) return worthOf(reading) + counts * 10 + told;
  return (problem === 'aborted_stream' ? 140 : problem === 'inconsistent_usage' ? 120 : 100) + told;
}

const worthOf = ({ quality, lost }: UsageReading): number =>
  quality === 'exact' ? 4000 : 3000 - 500 * Math.min(Math.max(lost.length, 1), 4);

type Settings = ReturnType<typeof toDict>;

function readSettings(attributes: Attributes): Settings {
  for (const name of names.REQUEST_SETTINGS) {
    const value = attributes.get(name);
    // tools and schemas can make it long: it is read only for what it can tell
    if (typeof value === 'string' && !/"(?:service_tier|model)"/.test(value)) continue;
    const settings = toDict(value);
    if (settings) return settings;
  }
  return null;
}

function textAt(settings: Settings, key: string): string | null {
  const value = settings?.get(key);
  return typeof value === 'string' && value !== '' ? value : null;
}

interface Models {
  readonly request: string | null;
  readonly response: string | null;
  /** All names told, lower case, for what can be inferred from them. */
  readonly all: readonly string[];
}

const RAW_MODEL = /^llm\.[\w-]{1,40}\.(?:model|modelVersion)$/;

function readModels(span: Span, settings: Settings): Models {
  const { attributes } = span;
  let request =
    firstText(attributes, names.REQUEST_MODEL) ?? textAt(settings, 'model') ?? textAt(settings, 'model_name');
  let response = firstText(attributes, names.RESPONSE_MODEL);
  // OpenInference names the model twice, also when no response came
  if (request === response && !attributes.has('gen_ai.response.model')) response = null;
  if (request === null && response === null) {
    for (const [name, value] of attributes)
      if (RAW_MODEL.test(name) && typeof value === 'string') response = value;
  }
  const routed = firstText(attributes, ['litellm.provider.model']);
  request ??= routed ?? (response === null ? (namedCall(span.name)?.model ?? null) : null);
  const all = [request, response, routed].flatMap((model) => (model === null ? [] : [model.toLowerCase()]));
  return { request, response, all };
}

const HOST_NAMES = ['server.address', 'gen_ai.openai.api_base', 'net.peer.name'] as const;
const RAW_PROVIDER = /^llm\.([\w-]{1,40})\.(?:usage|usageMetadata|model|modelVersion)$/;

/** The host beats the client's name for itself: OpenAI's client speaks to a dozen providers. */
function readProvider(attributes: Attributes, models: readonly string[]): string | null {
  let named: string | null = null;
  for (const name of names.PROVIDER_NAMES) {
    const value = attributes.get(name);
    if (typeof value === 'string') named = canonicalProvider(value);
    if (named !== null) break;
  }
  if (named === null || named === 'openai' || named === 'anthropic') {
    const host = firstText(attributes, HOST_NAMES);
    const answering = host === null ? null : providerOfHost(host);
    if (answering !== null) return answering;
  }
  const inferred = models.map(providerOfModel).find((provider) => provider !== null);
  if (named !== null) return isEngine(named) ? (inferred ?? named) : named;
  if (inferred !== undefined) return inferred;
  for (const name of attributes.keys()) {
    const raw = RAW_PROVIDER.exec(name)?.[1];
    if (raw !== undefined) return canonicalProvider(raw);
  }
  return null;
}

const RAW_RESPONSE_ID = /^llm\.[\w-]{1,40}\.(?:id|responseId)$/;

/** LiteLLM's raw child has the provider's id where its parent has one of LiteLLM's making, so it is left out there. */
function readResponseId(span: Span): string | null {
  if (span.name !== RAW_REQUEST) return firstText(span.attributes, names.RESPONSE_ID);
  const litellm = [...span.attributes.keys()].some((name) => RAW_RESPONSE_ID.test(name));
  return litellm ? null : firstText(span.attributes, names.RESPONSE_ID);
}

function isStreaming(attributes: Attributes): boolean | null {
  for (const name of names.STREAMING) {
    const value = attributes.get(name);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && value !== '') return value.toLowerCase() === 'true';
  }
  return null;
}

function httpStatus(attributes: Attributes): number | null {
  for (const name of names.HTTP_STATUS) {
    const value = attributes.get(name);
    const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
    if (typeof status === 'number' && status >= 100 && status < 600) return status;
  }
  return null;
}

function hasFailed({ status, attributes }: Span): boolean {
  if (status === 'error' || (httpStatus(attributes) ?? 0) >= 400) return true;
  return (
    firstText(attributes, ['error.type']) !== null || attributes.get('langfuse.observation.level') === 'ERROR'
  );
}

const STANDARD_TIERS = new Set(['default', 'standard', 'auto', 'on_demand', 'standard_only', '']);

/** null for the words that mean the standard price. */
function standardTier(tier: string | null): string | null {
  return tier === null || STANDARD_TIERS.has(tier.toLowerCase()) ? null : tier.toLowerCase();
}

function readResponseTier(attributes: Attributes): string | null {
  const told = firstText(attributes, names.RESPONSE_TIER);
  if (told !== null) return told.toLowerCase();
  const metadata = toDict(attributes.get('ai.response.providerMetadata'));
  for (const provider of ['openai', 'azure']) {
    const own = metadata?.get(provider);
    const tier = own instanceof Map ? own.get('serviceTier') : null;
    if (typeof tier === 'string' && tier !== '') return tier.toLowerCase();
  }
  return null;
}

function readReportedCost(attributes: Attributes): string | null {
  for (const name of names.REPORTED_COST) {
    const cost = toDecimal(attributes.get(name));
    if (cost !== null) return cost;
  }
  return toDecimal(toDict(attributes.get('langfuse.observation.cost_details'))?.get('total'));
}

/** A cost of at most 18 decimals, as plain decimal text. */
function toDecimal(value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > 1e9) return null;
  const text = String(value);
  if (!text.includes('e')) return text;
  return value.toFixed(18).replace(/\.?0+$/, '');
}

function readFirstToken(attributes: Attributes): number | null {
  const streaming = isStreaming(attributes);
  for (const name of names.FIRST_CHUNK_SECONDS) {
    const seconds = attributes.get(name);
    if (typeof seconds === 'number' && seconds >= 0 && seconds < 86_400 && streaming !== false) {
      return Math.round(seconds * 1000);
    }
  }
  for (const name of names.FIRST_CHUNK_MS) {
    const ms = attributes.get(name);
    if (typeof ms === 'number' && ms >= 0 && ms < 86_400_000) return Math.round(ms);
  }
  return null;
}
