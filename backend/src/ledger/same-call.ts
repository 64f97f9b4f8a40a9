import type { CallFacts } from './event.js';

/** Clocks are kept in whole milliseconds, durations in microseconds: intervals are sure to a millisecond. */
export const SLACK_MS = 1;

export const endOf = (event: CallFacts): number => event.startedAt + event.durationUs / 1000;

/** logfire writes a log of no duration just after a stream has ended: it tells of the second before it. */
export const LOG_REACH_MS = 1000;
const reachOf = (event: CallFacts): number => event.startedAt - (event.durationUs === 0 ? LOG_REACH_MS : 0);

/** LlamaIndex ends a stream's span when it hands out the generator; the client's span begins when it is first read. */
export const HAND_OVER_MS = 100;

export const overlap = (a: CallFacts, b: CallFacts): boolean =>
  reachOf(a) < endOf(b) && reachOf(b) < endOf(a);

/** Whether the outer's time contains the inner's. */
export const contains = (outer: CallFacts, inner: CallFacts): boolean =>
  outer.startedAt <= inner.startedAt + SLACK_MS &&
  (inner.durationUs === 0 ? reachOf(inner) : endOf(inner)) <= endOf(outer) + SLACK_MS;

export const sameTokens = (a: CallFacts, b: CallFacts): boolean =>
  a.usage !== null &&
  b.usage !== null &&
  a.usage.input_tokens === b.usage.input_tokens &&
  a.usage.output_tokens === b.usage.output_tokens;

/** Within one token on both sides: an instrumentation that adds up a stream's start and its delta. */
export const nearlySameTokens = (a: CallFacts, b: CallFacts): boolean =>
  nearly(a.usage?.input_tokens, b.usage?.input_tokens) &&
  nearly(a.usage?.output_tokens, b.usage?.output_tokens);

/** Equal input (one of them may leave thoughts out of the output), or equal output (… cached tokens out of the input). */
export const sameSide = (a: CallFacts, b: CallFacts): boolean =>
  a.usage?.input_tokens === b.usage?.input_tokens || nearly(a.usage?.output_tokens, b.usage?.output_tokens);

const nearly = (a: number | null | undefined, b: number | null | undefined): boolean =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1);

/** Names under which one endpoint is known to two instrumentations: the client's vendor and the cloud that serves it. */
const SERVED_BY: Readonly<Record<string, string>> = { azure: 'openai', aws: 'anthropic' };

/** Equal, or unknown to one of them, or the vendor and the cloud of the same API. */
export function providersAgree(a: CallFacts, b: CallFacts): boolean {
  if (a.provider === null || b.provider === null || a.provider === b.provider) return true;
  return SERVED_BY[a.provider] === b.provider || SERVED_BY[b.provider] === a.provider;
}

/** Whether any of the models one asked for or got is one of the other's, or one of them names none. */
export function modelsAgree(a: CallFacts, b: CallFacts): boolean {
  const left = modelKeys(a);
  const right = modelKeys(b);
  if (left.length === 0 || right.length === 0) return true;
  return left.some((model) => right.includes(model));
}

/** The short names of the models an event names. */
export const modelKeys = (event: CallFacts): string[] =>
  [event.responseModel, event.requestModel].flatMap((model) => (model === null ? [] : [modelKey(model)]));

const keys = new Map<string, string>();

/** A model's name without route, region, vendor, version and date: `bedrock/us.anthropic.claude-x-20250929-v1:0` → `claude-x`. */
function modelKey(model: string): string {
  const known = keys.get(model);
  if (known !== undefined) return known;
  const key = model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(
      /^(?:(?:us|eu|apac|global|jp|au|ca|us-gov)\.)?(?:anthropic|amazon|meta|cohere|mistral|ai21|deepseek|openai|qwen)\./,
      '',
    )
    .replace(/-v\d+(?::\d+\w*)*$/, '')
    .replace(/@.*$/, '')
    .replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
  if (keys.size >= 1_000) keys.clear();
  keys.set(model, key);
  return key;
}

const EMBEDDING = /embed/;

/** A chat is never a copy of an embedding. */
export const operationsAgree = (a: CallFacts, b: CallFacts): boolean =>
  a.operation === null || b.operation === null || EMBEDDING.test(a.operation) === EMBEDDING.test(b.operation);
