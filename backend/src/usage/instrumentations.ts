/**
 * The one table of what each instrumentation does with usage. A new library is one row here and one row in
 * `instrumentations.test.ts`. Only what departs from the semantic conventions, or what lets an absent attribute be
 * believed, needs saying; a library without a row is read by the convention and its doubtful counts are `estimated`.
 *
 * The first row whose scope, version and provider fit decides.
 */
export interface Instrumentation {
  /** For people: the library, and where its behaviour was seen (measured versions, or its source). */
  readonly library: string;
  /** Instrumentation scope name, anchored at both ends. */
  readonly scope: RegExp;
  /** Versions it holds for: `from` inclusive, `below` exclusive. An unversioned scope fits only rows without a range. */
  readonly from?: string;
  readonly below?: string;
  /** Canonical providers it holds for; absent: all. */
  readonly providers?: readonly string[];
  /** `exclusive`: input_tokens leaves out cached tokens. Absent: inclusive, as the convention says. */
  readonly input?: 'exclusive';
  /** Whether output_tokens includes Gemini's thoughts. Absent: unknown (which only matters for Gemini). */
  readonly reasoning?: 'excluded' | 'included';
  /**
   * What an absent cache count means. `reported`: none was used, because the library always tells what it was told;
   * `lost`: it never tells. Absent: unknown.
   */
  readonly cacheRead?: 'reported' | 'lost';
  readonly cacheWrite?: 'reported' | 'lost';
  /** `invented`: streams without usage get counts of the library's own making; `plus_one`: start and delta are added up. */
  readonly streams?: 'invented' | 'plus_one';
  /** The model's name loses its region (`us.anthropic…` → `claude…`), which has a price of its own. */
  readonly region?: 'lost';
  /** A stream is two spans: the request (which says it streams, without usage) and, when it ends, one with the usage. */
  readonly streamRequests?: 'apart';
  /** Every wrapper of this library has spans for its calls, so a wrapper alone is never a call. */
  readonly leaves?: 'always';
}

const CLAUDE = ['anthropic', 'aws'] as const;

// One line per library, so that the rows can be read against each other.
// prettier-ignore
export const INSTRUMENTATIONS: readonly Instrumentation[] = [
  // Vendors' own tracers
  { library: 'anthropic SDK, all languages (2.12 py, 1.12 ts measured)', scope: /^com\.anthropic\.sdk\..+$/, cacheRead: 'reported', cacheWrite: 'reported' },
  { library: 'mistralai SDK (mistralai.extra.observability): prompt and completion only', scope: /^mistralai(?:_sdk)?(?:[._].*)?$/ },

  // OpenTelemetry contrib
  { library: '@opentelemetry/instrumentation-openai 0.21-0.22', scope: /^@opentelemetry\/instrumentation-openai$/, cacheRead: 'lost' },
  { library: 'opentelemetry-instrumentation-openai-v2 2.4b0', scope: /^opentelemetry\.instrumentation\.openai_v2$/, cacheRead: 'lost' },
  { library: 'opentelemetry-instrumentation-genai-openai 1.3b0', scope: /^opentelemetry\.instrumentation\.genai\.openai$/, cacheRead: 'reported' },
  { library: 'opentelemetry-instrumentation-genai-anthropic 1.3b0', scope: /^opentelemetry\.instrumentation\.genai\.anthropic$/, cacheRead: 'reported', cacheWrite: 'reported' },
  { library: 'opentelemetry-instrumentation-google-genai 1.3b0: thoughts are in the output', scope: /^opentelemetry\.instrumentation\.(?:genai\.)?google_genai$|^opentelemetry\.instrumentation\.genai\.google(?:_genai)?$/, reasoning: 'included', cacheRead: 'reported' },
  { library: 'opentelemetry-instrumentation-genai-bedrock 1.3b0', scope: /^opentelemetry\.instrumentation\.genai\.bedrock$/, input: 'exclusive' },
  { library: 'opentelemetry-instrumentation-botocore 0.66b2', scope: /^opentelemetry\.instrumentation\.botocore(?:\..+)?$/, input: 'exclusive' },
  { library: 'opentelemetry-instrumentation-vertexai', scope: /^opentelemetry\.instrumentation\.(?:genai\.)?vertexai$/, providers: ['google'], reasoning: 'excluded', cacheRead: 'reported' },
  { library: '@opentelemetry/instrumentation-aws-sdk', scope: /^@opentelemetry\/instrumentation-aws-sdk$/, input: 'exclusive' },

  // OpenLLMetry (Traceloop), JavaScript
  { library: '@traceloop/instrumentation-openai 0.27', scope: /^@traceloop\/instrumentation-openai$/ },
  { library: '@traceloop/instrumentation-anthropic to 0.27: no cache counts', scope: /^@traceloop\/instrumentation-anthropic$/, below: '0.27.1', input: 'exclusive' },
  { library: '@traceloop/instrumentation-anthropic after 0.27 (openllmetry-js #1028)', scope: /^@traceloop\/instrumentation-anthropic$/, cacheRead: 'reported', cacheWrite: 'reported' },
  { library: '@traceloop/instrumentation-bedrock', scope: /^@traceloop\/instrumentation-bedrock$/, input: 'exclusive' },
  { library: '@traceloop/instrumentation-langchain to 0.27, Claude: no cache counts; a stream includes cached tokens, an answer does not', scope: /^@traceloop\/instrumentation-langchain$/, below: '0.27.1', providers: CLAUDE },
  { library: '@traceloop/instrumentation-langchain after 0.27, Claude: write counts can be dropped', scope: /^@traceloop\/instrumentation-langchain$/, providers: CLAUDE, cacheWrite: 'lost' },
  { library: '@traceloop/instrumentation-langchain', scope: /^@traceloop\/instrumentation-langchain$/ },
  { library: '@traceloop/instrumentation-vertexai, google-generativeai', scope: /^@traceloop\/instrumentation-(?:vertexai|google-generativeai)$/, providers: ['google'], reasoning: 'excluded' },
  { library: '@traceloop/instrumentation-*', scope: /^@traceloop\/instrumentation-.+$/ },
  { library: '@traceloop/node-server-sdk: workflows and tasks', scope: /^(?:@traceloop\/node-server-sdk|traceloop\.tracer)$/, leaves: 'always' },

  // OpenLLMetry (Traceloop), Python 0.62
  { library: 'traceloop anthropic 0.62: streams count message_start and message_delta', scope: /^opentelemetry\.instrumentation\.anthropic$/, below: '1', cacheRead: 'reported', cacheWrite: 'reported', streams: 'plus_one' },
  { library: 'opentelemetry-instrumentation-anthropic (contrib, 2.x)', scope: /^opentelemetry\.instrumentation\.anthropic$/, cacheRead: 'reported', cacheWrite: 'reported' },
  { library: 'traceloop bedrock 0.62', scope: /^opentelemetry\.instrumentation\.bedrock$/, input: 'exclusive', region: 'lost' },
  { library: 'traceloop google-generativeai, vertexai 0.62: candidates only', scope: /^opentelemetry\.instrumentation\.(?:google_generativeai|vertexai)$/, providers: ['google'], reasoning: 'excluded', cacheRead: 'reported' },
  { library: 'traceloop cohere 0.62: billed units', scope: /^opentelemetry\.instrumentation\.cohere$/ },
  { library: 'traceloop mistralai 0.62: reads prompt_tokens_details.cached_tokens', scope: /^opentelemetry\.instrumentation\.mistralai$/, cacheRead: 'reported' },
  { library: 'traceloop langchain 0.62, Claude: write counts can be dropped', scope: /^opentelemetry\.instrumentation\.langchain$/, providers: CLAUDE, cacheWrite: 'lost' },
  { library: 'traceloop openai 0.62: audio lost', scope: /^opentelemetry\.instrumentation\.openai(?:\..+)?$/ },
  { library: 'traceloop, other libraries', scope: /^opentelemetry\.instrumentation\.(?:groq|together|langchain|llamaindex|crewai|openai_agents|haystack|watsonx|replicate|ollama|alephalpha|sagemaker|transformers|writer|voyageai|litellm|agno|mcp)$/ },

  // OpenInference
  { library: 'openinference langchain 4.1 ts, 0.1.80 py, Claude: write count dropped', scope: /^(?:@arizeai\/openinference-instrumentation-langchain(?:-v0)?|openinference\.instrumentation\.langchain)$/, providers: CLAUDE, cacheWrite: 'lost' },
  { library: 'openinference claude-agent-sdk: one span for a whole session', scope: /^(?:@arizeai\/openinference-instrumentation-claude-agent-sdk|openinference\.instrumentation\.claude_agent_sdk)$/, input: 'exclusive' },
  { library: 'openinference anthropic 0.2.8 ts, py', scope: /^(?:@arizeai\/openinference-instrumentation-anthropic|openinference\.instrumentation\.anthropic)$/, cacheRead: 'reported', cacheWrite: 'reported' },
  { library: 'openinference google-genai py: thoughts are in the output', scope: /^openinference\.instrumentation\.google_genai$/, reasoning: 'included', cacheRead: 'reported' },
  { library: 'openinference vertexai py: candidates only', scope: /^openinference\.instrumentation\.vertexai$/, reasoning: 'excluded' },
  { library: 'openinference, other libraries: LLM in LLM, agents', scope: /^(?:@arizeai\/openinference-.+|openinference\.instrumentation\..+)$/ },

  // OpenLIT
  { library: 'openlit anthropic py 1.45', scope: /^openlit\.instrumentation\.anthropic$/, input: 'exclusive', cacheRead: 'reported', cacheWrite: 'reported' },
  { library: 'openlit anthropic ts 1.15: streams count start and delta', scope: /^@openlit\/instrumentation-anthropic$/, input: 'exclusive', streams: 'plus_one' },
  { library: 'openlit bedrock', scope: /^(?:@openlit\/instrumentation-|openlit\.instrumentation\.)bedrock$/, input: 'exclusive', streams: 'invented' },
  { library: 'openlit, Claude through others', scope: /^(?:@openlit\/instrumentation-.+|openlit(?:\..+)?)$/, providers: CLAUDE, input: 'exclusive', streams: 'invented' },
  { library: 'openlit, Gemini: candidates only', scope: /^(?:@openlit\/instrumentation-.+|openlit(?:\..+)?)$/, providers: ['google'], reasoning: 'excluded', streams: 'invented' },
  { library: 'openlit: streams without usage are guessed from the text', scope: /^(?:@openlit\/instrumentation-.+|openlit(?:\..+)?)$/, streams: 'invented' },

  // Vercel AI SDK
  { library: 'Vercel AI SDK 4-6 (scope `ai`), Claude: 4 and 5 leave cached tokens out; 6 tells the uncached part', scope: /^ai$/, providers: CLAUDE, input: 'exclusive', leaves: 'always' },
  { library: 'Vercel AI SDK 4-6 (scope `ai`)', scope: /^ai$/, leaves: 'always' },
  { library: 'Vercel AI SDK 7 (@ai-sdk/otel, scope `gen_ai`)', scope: /^gen_ai$/, reasoning: 'included', leaves: 'always' },

  // Gateways, frameworks, other backends' SDKs
  { library: 'LiteLLM 1.106 `otel`: cache detail only in metadata.usage_object', scope: /^litellm$/, reasoning: 'included', leaves: 'always' },
  { library: 'pydantic-ai 2.68: zero counts are left out', scope: /^pydantic-ai$/, reasoning: 'included', cacheRead: 'reported', cacheWrite: 'reported', leaves: 'always' },
  { library: 'logfire 5.2: a stream is a request span without usage and a log with it', scope: /^logfire(?:\..+)?$/, streamRequests: 'apart', leaves: 'always' },
  { library: 'Langfuse SDK 5.0: usage_details are disjoint parts', scope: /^langfuse-sdk$/, leaves: 'always' },
  { library: 'LangSmith (OTel export)', scope: /^langsmith(?:[.-].+)?$/, leaves: 'always' },
];

const CACHE_SIZE = 1_000;
const found = new Map<string, Instrumentation | null>();

/**
 * The row for a scope, its version and a canonical provider; null for an unknown instrumentation.
 * Answers are remembered (at most 1,000): a sender's scopes are few.
 */
export function instrumentationOf(
  scopeName: string,
  scopeVersion: string,
  provider: string | null,
): Instrumentation | null {
  const key = `${scopeName}\n${scopeVersion}\n${provider ?? ''}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const row =
    INSTRUMENTATIONS.find(
      (candidate) =>
        candidate.scope.test(scopeName) &&
        (candidate.providers === undefined ||
          (provider !== null && candidate.providers.includes(provider))) &&
        inRange(scopeVersion, candidate),
    ) ?? null;
  if (found.size >= CACHE_SIZE) found.clear();
  found.set(key, row);
  return row;
}

function inRange(version: string, row: Instrumentation): boolean {
  if (row.from === undefined && row.below === undefined) return true;
  if (!/^\d/.test(version)) return false;
  return (
    (row.from === undefined || compareVersions(version, row.from) >= 0) &&
    (row.below === undefined || compareVersions(version, row.below) < 0)
  );
}

function compareVersions(left: string, right: string): number {
  const a = left.split(/\D+/).map(Number);
  const b = right.split(/\D+/).map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
