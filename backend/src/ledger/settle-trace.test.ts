import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { UsageEvent } from './event.js';
import { settleEvents } from './settle-trace.js';

/** `a: call`, `b: duplicate of a`, `c: wrapper of a`, `d: step`, in the order of the events. */
const outcome = (events: readonly UsageEvent[]): string[] =>
  settleEvents(events).map((settled, index) => {
    const name = events[index]?.spanId ?? '';
    return settled.repeatOf
      ? `${name}: ${settled.repeatReason} of ${settled.repeatOf.spanId}`
      : `${name}: ${settled.kind}`;
  });

const FAILED = {
  usage: null,
  usageProblem: 'no_usage',
  failed: true,
  detail: 102,
  statusError: true,
} as const;
const UNTOLD = { usage: null, usageProblem: 'no_usage', detail: 104 } as const;

describe('copies by response id', () => {
  it('joins two instrumentations in two traces and keeps the richer', () => {
    const poor = usageEvent({ spanId: 'a', responseId: 'r1', detail: 2000 });
    const rich = usageEvent({
      spanId: 'b',
      traceId: 'b1',
      scopeName: 'scope-b',
      responseId: 'r1',
      startedAt: 1_010,
      durationUs: 80_000,
      detail: 4000,
    });
    expect(outcome([poor, rich])).toEqual(['a: duplicate of b', 'b: call']);
  });

  it('joins them though their tokens differ', () => {
    const lossy = usageEvent({ spanId: 'a', responseId: 'r1', usage: tokens(176, 51), detail: 2000 });
    const whole = usageEvent({
      spanId: 'b',
      scopeName: 'scope-b',
      responseId: 'r1',
      usage: tokens(2736, 50),
    });
    expect(outcome([lossy, whole])).toEqual(['a: duplicate of b', 'b: call']);
  });

  it('keeps apart what does not overlap in time', () => {
    const first = usageEvent({ spanId: 'a', responseId: 'r1' });
    const later = usageEvent({ spanId: 'b', scopeName: 'scope-b', responseId: 'r1', startedAt: 1_200 });
    expect(outcome([first, later])).toEqual(['a: call', 'b: call']);
  });

  it('keeps apart two unrelated spans of one scope', () => {
    const one = usageEvent({ spanId: 'a', responseId: 'r1' });
    const two = usageEvent({ spanId: 'b', responseId: 'r1' });
    expect(outcome([one, two])).toEqual(['a: call', 'b: call']);
  });

  it('never joins two different ids, even one inside the other', () => {
    const outer = usageEvent({ spanId: 'a', responseId: 'r1' });
    const inner = usageEvent({ spanId: 'b', parentSpanId: 'a', scopeName: 'scope-b', responseId: 'r2' });
    expect(outcome([outer, inner])).toEqual(['a: call', 'b: call']);
  });

  it('never joins two realms or two known organisations', () => {
    const one = usageEvent({ spanId: 'a', responseId: 'r1', own: owned({ orgId: 'acme' }) });
    const other = usageEvent({
      spanId: 'b',
      scopeName: 'scope-b',
      responseId: 'r1',
      own: owned({ orgId: 'globex' }),
    });
    const neighbour = usageEvent({ spanId: 'c', realm: 'org:x', scopeName: 'scope-c', responseId: 'r1' });
    expect(outcome([one, other, neighbour])).toEqual(['a: call', 'b: call', 'c: call']);
  });

  it('takes a log written when a stream had ended for the stream', () => {
    const native = usageEvent({ spanId: 'a', responseId: 'r1' });
    const log = usageEvent({
      spanId: 'b',
      scopeName: 'logfire.anthropic',
      responseId: 'r1',
      startedAt: 1_104,
      durationUs: 0,
      detail: 4010,
    });
    expect(outcome([native, log])).toEqual(['a: duplicate of b', 'b: call']);
  });
});

describe('copies without response id', () => {
  it('joins different scopes with equal tokens, one inside the other, one to one', () => {
    const outer = [0, 1].map((n) =>
      usageEvent({
        spanId: `o${n}`,
        traceId: `o${n}`,
        startedAt: 1_000 + n,
        durationUs: 100_000 - n * 40_000,
      }),
    );
    const inner = [0, 1].map((n) =>
      usageEvent({
        spanId: `i${n}`,
        traceId: `i${n}`,
        scopeName: 'scope-b',
        startedAt: 1_010 + n,
        durationUs: 40_000 + n * 40_000,
        detail: 1,
      }),
    );
    expect(outcome([...outer, ...inner])).toEqual([
      'o0: call',
      'o1: call',
      'i0: duplicate of o1',
      'i1: duplicate of o0',
    ]);
  });

  it.each([
    ['another service', { serviceName: 'other' }],
    ['another provider', { provider: 'groq' }],
    ['another model', { requestModel: 'gpt-5' }],
    ['another count', { usage: tokens(1001, 50) }],
    ['no tokens told', UNTOLD],
    ['the same scope', { scopeName: 'scope-a' }],
    ['a time of its own', { startedAt: 1_050 }],
  ] as const)('keeps apart: %s', (_why, difference) => {
    const one = usageEvent({ spanId: 'a', traceId: 'a1' });
    const two = usageEvent({
      spanId: 'b',
      traceId: 'b1',
      scopeName: 'scope-b',
      startedAt: 1_010,
      durationUs: 80_000,
      ...difference,
    });
    expect(outcome([one, two])).toEqual(['a: call', 'b: call']);
  });

  const beside = (difference: Partial<UsageEvent>): UsageEvent =>
    usageEvent({
      spanId: 'b',
      traceId: 'b1',
      scopeName: 'scope-b',
      startedAt: 1_010,
      durationUs: 80_000,
      detail: 2000,
      ...difference,
    });

  it('keeps apart spans that tell no service, such as JSON events of many senders', () => {
    const one = usageEvent({ spanId: 'a', traceId: 'a1', serviceName: null });
    expect(outcome([one, beside({ serviceName: null })])).toEqual(['a: call', 'b: call']);
  });

  it('joins half-told tokens when one side says that it is not exact', () => {
    const whole = usageEvent({ spanId: 'a', usage: tokens(2736, 350) });
    const lossy = beside({ usage: tokens(176, 350), usageQuality: 'lower_bound' });
    expect(outcome([whole, lossy])).toEqual(['a: call', 'b: duplicate of a']);
    const thoughtless = beside({ usage: tokens(2736, 222), usageQuality: 'estimated' });
    expect(outcome([whole, thoughtless])).toEqual(['a: call', 'b: duplicate of a']);
    const other = beside({ usage: tokens(176, 350) });
    expect(outcome([whole, other])).toEqual(['a: call', 'b: call']);
  });

  it('joins a stream whose span ended when it was handed out with the span of its reading', () => {
    const outer = usageEvent({ spanId: 'a', traceId: 'a1' });
    expect(outcome([outer, beside({ startedAt: 1_150 })])).toEqual(['a: call', 'b: duplicate of a']);
    expect(outcome([outer, beside({ startedAt: 1_300 })])).toEqual(['a: call', 'b: call']);
  });

  it('joins two that tell no tokens, and one that tells none with one of the very same time', () => {
    const silent = usageEvent({ spanId: 'a', traceId: 'a1', ...UNTOLD });
    expect(outcome([silent, beside({ ...UNTOLD, detail: 1 })])).toEqual(['a: call', 'b: duplicate of a']);
    const twin = beside({ startedAt: 1_002, durationUs: 97_000 });
    expect(outcome([silent, twin])).toEqual(['a: duplicate of b', 'b: call']);
    const nameless = beside({
      startedAt: 1_002,
      durationUs: 97_000,
      requestModel: null,
      responseModel: null,
    });
    expect(outcome([silent, nameless])).toEqual(['a: call', 'b: call']);
  });

  it('takes a refused child for the call of a parent that tells nothing, but not of an answered one', () => {
    const child = usageEvent({
      spanId: 'b',
      parentSpanId: 'a',
      scopeName: 'scope-b',
      ...FAILED,
      detail: 106,
    });
    const silent = usageEvent({ spanId: 'a', ...UNTOLD });
    expect(outcome([silent, child])).toEqual(['a: duplicate of b', 'b: call']);
    expect(outcome([usageEvent({ spanId: 'a' }), child])).toEqual(['a: call', 'b: call']);
  });

  it('knows a model by its family, date and route left out', () => {
    const dated = usageEvent({ spanId: 'a', responseModel: 'gpt-4o-2024-11-20' });
    const routed = usageEvent({
      spanId: 'b',
      traceId: 'b1',
      scopeName: 'scope-b',
      requestModel: 'openai/gpt-4o',
      detail: 1,
    });
    expect(outcome([dated, routed])).toEqual(['a: call', 'b: duplicate of a']);
  });

  it('joins two views of one refusal', () => {
    const one = usageEvent({ spanId: 'a', ...FAILED });
    const two = usageEvent({
      spanId: 'b',
      traceId: 'b1',
      scopeName: 'scope-b',
      startedAt: 1_001,
      durationUs: 90_000,
      ...FAILED,
      detail: 105,
    });
    expect(outcome([one, two])).toEqual(['a: duplicate of b', 'b: call']);
  });
});

describe('a call in a call', () => {
  it('joins a chain four deep', () => {
    const chain = ['a', 'b', 'c', 'd'].map((spanId, n) =>
      usageEvent({
        spanId,
        parentSpanId: n === 0 ? null : 'abcd'.charAt(n - 1),
        scopeName: `scope-${spanId}`,
        detail: n,
      }),
    );
    expect(outcome(chain)).toEqual([
      'a: duplicate of d',
      'b: duplicate of d',
      'c: duplicate of d',
      'd: call',
    ]);
  });

  it('joins one scope with itself (LlamaIndex)', () => {
    const outer = usageEvent({ spanId: 'a' });
    const inner = usageEvent({ spanId: 'b', parentSpanId: 'a', detail: 1 });
    expect(outcome([outer, inner])).toEqual(['a: call', 'b: duplicate of a']);
  });

  it('takes an outer that tells no tokens for the inner one', () => {
    const outer = usageEvent({ spanId: 'a', ...UNTOLD });
    const inner = usageEvent({ spanId: 'b', parentSpanId: 'a', scopeName: 'scope-b' });
    expect(outcome([outer, inner])).toEqual(['a: duplicate of b', 'b: call']);
  });

  it('pairs an answered outer with the answered of its attempts and keeps the refused one apart', () => {
    const outer = usageEvent({ spanId: 'a', durationUs: 900_000 });
    const refused = usageEvent({ spanId: 'b', parentSpanId: 'a', scopeName: 'scope-b', ...FAILED });
    const answered = usageEvent({
      spanId: 'c',
      parentSpanId: 'a',
      scopeName: 'scope-b',
      startedAt: 1_500,
      detail: 1,
    });
    expect(outcome([outer, refused, answered])).toEqual(['a: call', 'b: call', 'c: duplicate of a']);
  });

  it('finds an outer whose input lost its cached part, by the output', () => {
    const outer = usageEvent({ spanId: 'a', usage: tokens(176, 350), detail: 2000 });
    const inner = usageEvent({
      spanId: 'b',
      parentSpanId: 'a',
      scopeName: 'scope-b',
      usage: tokens(2736, 350),
    });
    expect(outcome([outer, inner])).toEqual(['a: duplicate of b', 'b: call']);
  });

  it('finds an outer whose output lost its thoughts, by the input', () => {
    const outer = usageEvent({ spanId: 'a', usage: tokens(1200, 222), detail: 2000 });
    const inner = usageEvent({
      spanId: 'b',
      parentSpanId: 'a',
      scopeName: 'scope-b',
      usage: tokens(1200, 350),
    });
    expect(outcome([outer, inner])).toEqual(['a: duplicate of b', 'b: call']);
  });

  it('knows an outer that adds its calls up for a wrapper', () => {
    const outer = usageEvent({ spanId: 'a', usage: tokens(30, 7), durationUs: 900_000 });
    const one = usageEvent({ spanId: 'b', parentSpanId: 'a', usage: tokens(10, 3), responseId: 'r1' });
    const two = usageEvent({
      spanId: 'c',
      parentSpanId: 'a',
      usage: tokens(20, 4),
      responseId: 'r2',
      startedAt: 1_500,
    });
    expect(outcome([outer, one, two])).toEqual(['a: wrapper of b', 'b: call', 'c: call']);
  });

  it('is one request though the two know its customer by different names (LiteLLM: organisation and team)', () => {
    const outer = usageEvent({ spanId: 'a', own: owned({ orgId: 'org-1' }) });
    const raw = usageEvent({ spanId: 'b', parentSpanId: 'a', own: owned({ orgId: 'team-1' }), detail: 1 });
    expect(outcome([outer, raw])).toEqual(['a: call', 'b: duplicate of a']);
    expect(settleEvents([outer, raw])[0]?.attribution.orgId).toBe('org-1');
  });

  it('does not look through a tool', () => {
    const outer = usageEvent({ spanId: 'a' });
    const tool = usageEvent({
      spanId: 't',
      parentSpanId: 'a',
      spanClass: 'step',
      operation: 'execute_tool',
      usage: null,
    });
    const inner = usageEvent({ spanId: 'b', parentSpanId: 't' });
    expect(outcome([outer, tool, inner])).toEqual(['a: call', 't: step', 'b: call']);
  });

  it('does not take an embedding for a chat', () => {
    const outer = usageEvent({ spanId: 'a', ...UNTOLD, requestModel: null });
    const inner = usageEvent({
      spanId: 'b',
      parentSpanId: 'a',
      operation: 'embeddings',
      requestModel: 'text-embedding-3-small',
      usage: tokens(9, null),
    });
    expect(outcome([outer, inner])).toEqual(['a: call', 'b: call']);
  });
});
