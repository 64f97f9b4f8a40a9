import { cleanText } from './clean-text.js';
import { completeAttribution } from '../ledger/attribution.js';
import { ATTRIBUTION_FIELDS, type Attribution } from '../ledger/event.js';
import { readLiteral } from '../usage/read-literal.js';
import type { Attributes, AttributeValue } from '../usage/span.js';

type Field = keyof Attribution;
/** Ordered attribute names per field: the first that has a value wins. */
export type AttributionNames = Readonly<Record<Field, readonly string[]>>;

/**
 * Places where instrumentations put a caller's own key-values, seen in real telemetry (test/captures).
 * `metadata.` also stands for a key inside a JSON object in the attribute `metadata`.
 */
const METADATA_PREFIXES = [
  'traceloop.association.properties.',
  'ai.telemetry.metadata.',
  'langfuse.trace.metadata.',
  'langfuse.observation.metadata.',
  'langsmith.metadata.',
  'metadata.',
];

const withPrefixes = (names: readonly string[], keys: readonly string[]): string[] => [
  ...names,
  ...METADATA_PREFIXES.flatMap((prefix) => [...names, ...keys].map((key) => prefix + key)),
];

/** The default names, most specific first. A configured list is put in front of them. */
export const DEFAULT_ATTRIBUTION_NAMES: AttributionNames = {
  orgId: [
    ...withPrefixes(
      ['app.org.id', 'org.id', 'organization.id', 'tenant.id', 'tenant_id', 'org_id', 'organization_id'],
      ['org', 'orgId', 'organization', 'organizationId', 'tenant', 'tenantId'],
    ),
    // LiteLLM's proxy: the organisation of the virtual key, else its team.
    'metadata.user_api_key_org_id',
    'metadata.user_api_key_team_id',
  ],
  assistantId: withPrefixes(
    [
      'app.assistant.id',
      'assistant.id',
      'assistant_id',
      'gen_ai.agent.id',
      'gen_ai.agent.name',
      'agent_name',
    ],
    ['assistant', 'assistantId', 'agent_id', 'agentId'],
  ),
  queryType: [
    ...withPrefixes(['app.query.type', 'query.type', 'query_type'], ['queryType']),
    'ai.telemetry.functionId',
    'traceloop.workflow.name',
  ],
  conversationId: withPrefixes(
    [
      'gen_ai.conversation.id',
      'session.id',
      'langfuse.session.id',
      'langsmith.trace.session_id',
      'conversation_id',
    ],
    ['conversationId', 'session_id', 'sessionId', 'thread_id', 'threadId', 'chat_id', 'chatId'],
  ),
  userId: [
    ...withPrefixes(
      [
        'enduser.id',
        'user.id',
        'langfuse.user.id',
        'gen_ai.user.id',
        'gen_ai.request.user',
        'gen_ai.user',
        'llm.user',
      ],
      ['user_id', 'userId'],
    ),
    'metadata.user_api_key_end_user_id',
  ],
  environment: [
    'deployment.environment.name',
    'deployment.environment',
    'langfuse.environment',
    ...withPrefixes([], ['environment']),
  ],
};

/** Puts configured names in front of the defaults. */
export function withConfiguredNames(
  defaults: AttributionNames,
  configured: AttributionNames,
): AttributionNames {
  const entries = ATTRIBUTION_FIELDS.map((field) => [field, [...configured[field], ...defaults[field]]]);
  return Object.fromEntries(entries) as AttributionNames;
}

interface Claim {
  readonly field: Field;
  readonly rank: number;
}

/** Reads one set of attributes: each field's best-ranked value. */
type AttributesReader = (attributes: Attributes) => Attribution;

/**
 * Who a span says it belongs to: from its own attributes (baggage is copied onto spans by a span processor), then from
 * its resource. One pass over the attributes, so that long name lists cost nothing.
 */
export function createAttributionReader(
  names: AttributionNames = DEFAULT_ATTRIBUTION_NAMES,
): (attributes: Attributes, resource: Attributes) => Attribution {
  const read = attributesReader(names);
  const resources = new WeakMap<Attributes, Attribution>();
  return (attributes, resource) => {
    const own = read(attributes);
    let shared = resources.get(resource);
    if (!shared) resources.set(resource, (shared = read(resource)));
    return completeAttribution(own, shared);
  };
}

function attributesReader(names: AttributionNames): AttributesReader {
  const claims = new Map<string, Claim[]>();
  for (const field of ATTRIBUTION_FIELDS) {
    names[field].forEach((name, rank) => claims.set(name, [...(claims.get(name) ?? []), { field, rank }]));
  }
  return (attributes) => {
    const best: { [F in Field]?: { rank: number; value: string } } = {};
    const offer = (name: string, value: AttributeValue): void => {
      const found = claims.get(name);
      if (!found) return;
      const text = idText(value);
      if (text === null) return;
      for (const { field, rank } of found) {
        const held = best[field];
        if (!held || rank < held.rank) best[field] = { rank, value: text };
      }
    };
    for (const [name, value] of attributes) {
      if (TAG_DOCUMENTS.has(name)) offerDocument(value, offer);
      else offer(name, value);
    }
    return {
      orgId: best.orgId?.value ?? null,
      assistantId: best.assistantId?.value ?? null,
      queryType: best.queryType?.value ?? null,
      conversationId: best.conversationId?.value ?? null,
      userId: best.userId?.value ?? null,
      environment: best.environment?.value ?? null,
    };
  };
}

/**
 * Attributes that hold the caller's tags as one object: OpenInference and pydantic-ai as JSON, LiteLLM what its client
 * sent along, as Python repr.
 */
const TAG_DOCUMENTS = new Set(['metadata', 'metadata.requester_metadata']);
/** A larger document is somebody's text, not a set of tags. */
const MAX_DOCUMENT_LENGTH = 16_384;

function offerDocument(document: AttributeValue, offer: (name: string, value: AttributeValue) => void): void {
  if (typeof document === 'string') {
    if (document.length > MAX_DOCUMENT_LENGTH || !document.startsWith('{')) return;
    const tags = readLiteral(document);
    if (!(tags instanceof Map)) return;
    for (const [key, tag] of tags)
      if (!(tag instanceof Map) && !Array.isArray(tag)) offer(`metadata.${key}`, tag);
  } else if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    for (const [key, tag] of Object.entries(document)) offer(`metadata.${key}`, tag);
  }
}

/** An id as text. Langfuse writes metadata values as JSON strings, quotes included. */
function idText(value: AttributeValue): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== 'string') return null;
  const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  return cleanText(quoted ? value.slice(1, -1) : value) || null;
}
