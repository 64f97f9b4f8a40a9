import fc from 'fast-check';
import * as names from '../usage/attribute-names.js';
import type { AttributeValue } from '../usage/span.js';
import { storedAttributes, STORED_TEXT } from './stored-attributes.js';

const stored = (entries: Record<string, AttributeValue>) =>
  storedAttributes(new Map(Object.entries(entries)));

describe('what is stored of a span', () => {
  it('keeps numbers, booleans and allow-listed strings', () => {
    const attributes = {
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.request.stream': true,
    };
    expect(stored(attributes)).toEqual(attributes);
  });

  it('drops contents of prompts and completions under every name seen in real telemetry', () => {
    const contents = [
      'input.value',
      'output.value',
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'gen_ai.prompt.0.content',
      'gen_ai.completion.0.content',
      'llm.input_messages.0.message.content',
      'ai.prompt',
      'ai.prompt.messages',
      'ai.response.text',
      'langfuse.observation.input',
      'langfuse.observation.output',
      'traceloop.entity.input',
      'exception.message',
      'metadata',
      'url.full',
    ];
    expect(stored(Object.fromEntries(contents.map((name) => [name, 'SECRET'])))).toBeNull();
    expect(stored({ 'gen_ai.input.messages': ['SECRET', { content: 'SECRET' }] })).toBeNull();
  });

  it('keeps only the numbers of usage documents, in JSON and in Python notation', () => {
    const document = '{"anthropic":{"usage":{"input_tokens":176,"note":"SECRET","SECRET text":3}}}';
    const repr = "{'prompt_tokens': 12, 'text': 'SECRET', 'prompt_tokens_details': {'cached_tokens': None}}";
    expect(stored({ 'ai.response.providerMetadata': document, 'metadata.usage_object': repr })).toEqual({
      'ai.response.providerMetadata': '{"anthropic":{"usage":{"input_tokens":176}}}',
      'metadata.usage_object': '{"prompt_tokens":12,"prompt_tokens_details":{}}',
    });
  });

  it('remembers a count that was told and is no number', () => {
    expect(stored({ 'ai.usage.promptTokens': NaN })).toEqual({ 'ai.usage.promptTokens': 'NaN' });
  });

  it('never stores a string that is not allow-listed, whatever the attributes', () => {
    const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
      value: fc.oneof(
        fc.constant('SECRET'),
        fc.double(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'SECRET b'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const name = fc.oneof(
      fc.string().filter((text) => !STORED_TEXT.has(text)),
      fc.constantFrom('ai.response.providerMetadata', 'gen_ai.usage.raw', 'SECRET name'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (entries) => {
        expect(JSON.stringify(storedAttributes(new Map(entries)) ?? {})).not.toContain('SECRET');
      }),
    );
  });

  it('stores every string that the usage room reads as a model, provider, id or tier', () => {
    const read = [
      ...names.PROVIDER_NAMES,
      ...names.REQUEST_MODEL,
      ...names.RESPONSE_MODEL,
      ...names.RESPONSE_ID,
      ...names.RESPONSE_TIER,
      ...names.REQUEST_TIER,
    ];
    expect(read.filter((name) => !STORED_TEXT.has(name))).toEqual([]);
  });
});
