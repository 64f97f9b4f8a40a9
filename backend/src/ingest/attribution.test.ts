import { createAttributionReader, DEFAULT_ATTRIBUTION_NAMES } from './attribution.js';
import type { AttributeValue } from '../usage/span.js';

const attributes = (entries: Record<string, AttributeValue>) => new Map(Object.entries(entries));
const NONE = attributes({});
const read = createAttributionReader();

describe('attribution', () => {
  it.each<[string, Record<string, AttributeValue>, string]>([
    ['baggage', { 'app.org.id': 'acme' }, 'acme'],
    ['Traceloop association properties', { 'traceloop.association.properties.org_id': 'acme' }, 'acme'],
    ['Vercel AI SDK metadata', { 'ai.telemetry.metadata.org': 'acme' }, 'acme'],
    ['Langfuse trace metadata, quoted', { 'langfuse.trace.metadata.org_id': '"acme"' }, 'acme'],
    ['a JSON object in metadata', { metadata: '{"org_id": "acme", "plan": "gold"}' }, 'acme'],
    [
      'LiteLLM team of a virtual key',
      { 'metadata.user_api_key_org_id': '', 'metadata.user_api_key_team_id': 't1' },
      't1',
    ],
    [
      "LiteLLM's client before its virtual key",
      {
        'metadata.user_api_key_team_id': 't1',
        'metadata.requester_metadata': "{'org_id': 'acme', 'n': None}",
      },
      'acme',
    ],
    ['a number', { 'tenant.id': 42 }, '42'],
  ])('reads the organisation from %s', (_name, own, expected) => {
    expect(read(attributes(own), NONE).orgId).toBe(expected);
  });

  it('prefers the name listed first, whatever the order of the attributes', () => {
    expect(read(attributes({ tenant_id: 'b', 'app.org.id': 'a' }), NONE).orgId).toBe('a');
    expect(read(attributes({ 'app.org.id': 'a', tenant_id: 'b' }), NONE).orgId).toBe('a');
  });

  it('prefers a span attribute to a resource attribute', () => {
    const resource = attributes({ 'app.org.id': 'resource', 'deployment.environment.name': 'prod' });
    expect(read(attributes({ tenant_id: 'span' }), resource)).toMatchObject({
      orgId: 'span',
      environment: 'prod',
    });
    expect(read(NONE, resource).orgId).toBe('resource');
  });

  it('takes configured names before the defaults', () => {
    const names = {
      ...DEFAULT_ATTRIBUTION_NAMES,
      orgId: ['acme.customer', ...DEFAULT_ATTRIBUTION_NAMES.orgId],
    };
    const custom = createAttributionReader(names);
    expect(custom(attributes({ 'app.org.id': 'a', 'acme.customer': 'b' }), NONE).orgId).toBe('b');
  });

  it.each<[string, AttributeValue]>([
    ['empty text', ''],
    ['blanks', '  '],
    ['an object', { id: 'acme' }],
    ['NaN', NaN],
  ])('takes %s for no organisation', (_name, value) => {
    expect(read(attributes({ 'app.org.id': value }), NONE).orgId).toBeNull();
  });

  it('makes ids that PostgreSQL takes', () => {
    const id = read(attributes({ 'app.org.id': `\u0000a\ud800${'x'.repeat(400)}` }), NONE).orgId;
    expect(id).toHaveLength(256);
    expect(id?.isWellFormed()).toBe(true);
    expect(id).not.toContain('\u0000');
  });

  it('ignores metadata that is no JSON object', () => {
    for (const metadata of ['{broken', '[1]', '7', 'org_id'])
      expect(read(attributes({ metadata }), NONE).orgId).toBeNull();
  });
});
