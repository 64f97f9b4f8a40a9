import { INSTRUMENTATIONS, instrumentationOf } from './instrumentations.js';

describe('the table of instrumentations', () => {
  it('anchors every scope pattern at both ends', () => {
    for (const { scope } of INSTRUMENTATIONS) {
      const text = scope.source;
      for (const branch of topLevelBranches(text))
        expect([text, branch.startsWith('^') && branch.endsWith('$')]).toEqual([text, true]);
    }
  });

  it('reaches every row', () => {
    const providers = [null, 'openai', 'anthropic', 'google'];
    const names = EXAMPLES;
    const reached = new Set(
      names.flatMap((name) =>
        ['', '0.27.0', '1.3b0'].flatMap((version) =>
          providers.map((provider) => instrumentationOf(name, version, provider)?.library),
        ),
      ),
    );
    expect(INSTRUMENTATIONS.map(({ library }) => library).filter((library) => !reached.has(library))).toEqual(
      [],
    );
  });
});

/** One scope, as it is sent, for every row. */
const EXAMPLES = [
  '@arizeai/openinference-instrumentation-langchain',
  '@openlit/instrumentation-anthropic',
  '@openlit/instrumentation-openai',
  '@openlit/instrumentation-vllm',
  '@opentelemetry/instrumentation-aws-sdk',
  '@opentelemetry/instrumentation-openai',
  '@traceloop/instrumentation-anthropic',
  '@traceloop/instrumentation-bedrock',
  '@traceloop/instrumentation-cohere',
  '@traceloop/instrumentation-langchain',
  '@traceloop/instrumentation-openai',
  '@traceloop/instrumentation-vertexai',
  'ai',
  'com.anthropic.sdk.python',
  'gen_ai',
  'langfuse-sdk',
  'langsmith',
  'litellm',
  'logfire.anthropic',
  'logfire.openai',
  'mistralai_sdk_tracer',
  'openinference.instrumentation.anthropic',
  'openinference.instrumentation.bedrock',
  'openinference.instrumentation.claude_agent_sdk',
  'openinference.instrumentation.google_genai',
  'openinference.instrumentation.langchain',
  'openinference.instrumentation.litellm',
  'openinference.instrumentation.llama_index',
  'openinference.instrumentation.openai',
  'openinference.instrumentation.openai_agents',
  'openinference.instrumentation.vertexai',
  'openlit.instrumentation.anthropic',
  'openlit.instrumentation.bedrock',
  'openlit.instrumentation.google_ai_studio',
  'openlit.instrumentation.openai',
  'opentelemetry.instrumentation.anthropic',
  'opentelemetry.instrumentation.bedrock',
  'opentelemetry.instrumentation.botocore.bedrock-runtime',
  'opentelemetry.instrumentation.cohere',
  'opentelemetry.instrumentation.genai.anthropic',
  'opentelemetry.instrumentation.genai.bedrock',
  'opentelemetry.instrumentation.genai.openai',
  'opentelemetry.instrumentation.google_genai',
  'opentelemetry.instrumentation.google_generativeai',
  'opentelemetry.instrumentation.groq',
  'opentelemetry.instrumentation.langchain',
  'opentelemetry.instrumentation.mistralai',
  'opentelemetry.instrumentation.openai.v1',
  'opentelemetry.instrumentation.openai_v2',
  'opentelemetry.instrumentation.vertexai',
  'pydantic-ai',
  'traceloop.tracer',
];

function topLevelBranches(source: string): string[] {
  const branches = [''];
  let depth = 0;
  for (const character of source) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) branches.push('');
    else branches[branches.length - 1] += character;
  }
  return branches;
}
