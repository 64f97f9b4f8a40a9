import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeOtlp } from '../../../test/support/otlp-codec.js';
import { decodeOtlpJson } from './otlp-json.js';
import { decodeOtlpProtobuf } from './otlp-protobuf.js';

const CAPTURES = new URL('../../../test/captures/', import.meta.url);
const captures = ['', 'python/'].flatMap((folder) =>
  readdirSync(new URL(folder, CAPTURES))
    .filter((name) => name.endsWith('.otlp.json'))
    .map((name) => folder + name),
);
const read = (name: string): Buffer => readFileSync(new URL(name, CAPTURES));

describe('decoding OTLP', () => {
  it.each(captures)('reads the same spans from the protobuf and the JSON form of %s', (name) => {
    const json = decodeOtlpJson(read(name));
    expect(json.malformed).toEqual([]);
    expect(json.spans.length).toBeGreaterThan(0);
    expect(decodeOtlpProtobuf(encodeOtlp(JSON.parse(read(name).toString()) as object))).toEqual(json.spans);
  });

  it('reads bodies as real exporters sent them', () => {
    const langfuse = decodeOtlpProtobuf(gunzipSync(read('python/langfuse-sdk.binpb.gz')));
    const google = decodeOtlpProtobuf(read('python/otel-genai-google.binpb'));
    expect(langfuse.map(({ name }) => name)).toContain('OpenAI-generation');
    expect(google[0]?.attributes.get('gen_ai.usage.input_tokens')).toBe(1213);
  });

  it('keeps nanoseconds whole, so that a span never moves across a millisecond', () => {
    const start = '1763800000123999999';
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: start }] }] }] };
    expect(decodeOtlpProtobuf(encodeOtlp(request))[0]?.startUnixNano).toBe(BigInt(start));
    expect(decodeOtlpJson(Buffer.from(JSON.stringify(request))).spans[0]?.startUnixNano).toBe(BigInt(start));
  });

  it('finds the resource also when it follows its spans on the wire', () => {
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'late' } }] };
    const spans = encodeOtlp({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }] }] }] });
    const withResource = encodeOtlp({ resourceSpans: [{ resource }] });
    // Both are one ResourceSpans: join their contents, spans first.
    const content = Buffer.concat([spans.subarray(2), withResource.subarray(2)]);
    const body = Buffer.concat([Buffer.from([0x0a, content.length]), content]);
    expect(decodeOtlpProtobuf(body)[0]?.resource.get('service.name')).toBe('late');
  });

  it('tells that an exception was recorded, in both forms, and nothing else of any event', () => {
    const spans = [
      {
        name: 'a',
        events: [{ name: 'gen_ai.choice' }, { name: 'exception', timeUnixNano: '1' }, { name: 'later' }],
      },
      { name: 'b', events: [{ name: 'exceptional' }] },
      { name: 'c' },
    ];
    const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
    const told = [true, false, false];
    expect(decodeOtlpProtobuf(encodeOtlp(request)).map(({ hasException }) => hasException)).toEqual(told);
    const json = decodeOtlpJson(Buffer.from(JSON.stringify(request)));
    expect(json.spans.map(({ hasException }) => hasException)).toEqual(told);
  });

  it('never decodes events and status messages', () => {
    const span = { name: 'chat', status: { code: 2, message: 'SECRET' }, events: [{ name: 'SECRET' }] };
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
    const decoded = [
      ...decodeOtlpProtobuf(encodeOtlp(request)),
      ...decodeOtlpJson(Buffer.from(JSON.stringify(request))).spans,
    ];
    expect(decoded.map(({ status }) => status)).toEqual(['error', 'error']);
    const text = JSON.stringify(decoded, (_key, value: unknown) =>
      value instanceof Map ? [...value] : typeof value === 'bigint' ? String(value) : value,
    );
    expect(text).not.toContain('SECRET');
  });

  it('reads values nested too deeply as null instead of recursing without end', () => {
    const depth = 5_000;
    const value = '{"arrayValue":{"values":['.repeat(depth) + '{"intValue":1}' + ']}}'.repeat(depth);
    const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"deep","value":${value}}]}]}]}]}`;
    const deep = decodeOtlpJson(Buffer.from(body)).spans[0]?.attributes.get('deep');
    expect(JSON.stringify(deep).length).toBeLessThan(100);
  });

  it('names spans that are no objects and keeps the others', () => {
    const request = {
      resourceSpans: [{ scopeSpans: [{ spans: [7, { name: 'good' }, { startTimeUnixNano: 'x' }] }] }],
    };
    const { spans, malformed } = decodeOtlpJson(Buffer.from(JSON.stringify(request)));
    expect(spans.map(({ name }) => name)).toEqual(['good']);
    expect(malformed.map(({ path }) => path)).toEqual([
      'resourceSpans[0].scopeSpans[0].spans[0]',
      'resourceSpans[0].scopeSpans[0].spans[2]',
    ]);
  });

  it('throws an ordinary error or decodes, whatever the bytes', () => {
    const seed = encodeOtlp(JSON.parse(read('baggage.otlp.json').toString()) as object);
    const mutation = fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(mutation, fc.nat(seed.length), (bytes, length) => {
        const body = Buffer.from(seed.subarray(0, length));
        bytes.forEach(([at, byte]) => at < body.length && body.writeUInt8(byte, at));
        try {
          expect(Array.isArray(decodeOtlpProtobuf(body))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
