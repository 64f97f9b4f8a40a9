import { owned, usageEvent } from '../../../test/support/usage-events.js';
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

describe('wrappers', () => {
  const agent = (values: Partial<UsageEvent> = {}) =>
    usageEvent({
      spanId: 'w',
      spanClass: 'wrapper',
      operation: 'invoke_agent',
      durationUs: 900_000,
      detail: 10,
      usageQuality: 'estimated',
      ...values,
    });

  it('repeat the first call below them, through other wrappers and steps', () => {
    const chain = usageEvent({
      spanId: 'x',
      parentSpanId: 'w',
      spanClass: 'wrapper',
      operation: 'chain',
      usage: null,
    });
    const call = usageEvent({ spanId: 'a', parentSpanId: 'x' });
    expect(outcome([agent(), chain, call])).toEqual(['w: wrapper of a', 'x: wrapper of a', 'a: call']);
  });

  it('point at the call, not at its copy', () => {
    const copy = usageEvent({ spanId: 'a', parentSpanId: 'w', responseId: 'r1', detail: 1 });
    const call = usageEvent({ spanId: 'b', traceId: 'b1', scopeName: 'scope-b', responseId: 'r1' });
    expect(outcome([agent({ usage: null }), copy, call])).toEqual([
      'w: wrapper of b',
      'a: duplicate of b',
      'b: call',
    ]);
  });

  it('are steps when they tell nothing and hold nothing', () => {
    expect(outcome([agent({ usage: null })])).toEqual(['w: step']);
  });

  it('are the call when they alone tell what was spent; of two in each other the inner', () => {
    expect(outcome([agent()])).toEqual(['w: call']);
    const inner = agent({ spanId: 'v', parentSpanId: 'w' });
    expect(outcome([agent(), inner])).toEqual(['w: wrapper of v', 'v: call']);
  });

  it('are never the call where the library always tells its calls apart', () => {
    expect(outcome([agent({ scopeName: 'ai' })])).toEqual(['w: step']);
  });

  it('are copies of a call in another trace', () => {
    const call = usageEvent({
      spanId: 'a',
      traceId: 'b1',
      scopeName: 'scope-b',
      startedAt: 1_010,
      durationUs: 50_000,
    });
    expect(outcome([agent(), call])).toEqual(['w: duplicate of a', 'a: call']);
  });
});

describe('attribution', () => {
  const orgs = (events: readonly UsageEvent[]) =>
    settleEvents(events).map(({ attribution }) => attribution.orgId);

  it('own beats inherited, the nearest ancestor that has a value wins', () => {
    const root = usageEvent({
      spanId: 'r',
      spanClass: 'step',
      usage: null,
      own: owned({ orgId: 'far', userId: 'u' }),
    });
    const middle = usageEvent({
      spanId: 'm',
      parentSpanId: 'r',
      spanClass: 'step',
      usage: null,
      own: owned({ orgId: 'near' }),
    });
    const leaf = usageEvent({ spanId: 'a', parentSpanId: 'm', own: owned({ queryType: 'faq' }) });
    const own = usageEvent({
      spanId: 'b',
      parentSpanId: 'm',
      own: owned({ orgId: 'mine' }),
      startedAt: 5_000,
    });
    const settled = settleEvents([root, middle, leaf, own]);
    expect(
      settled.map(({ attribution }) => [attribution.orgId, attribution.userId, attribution.queryType]),
    ).toEqual([
      ['far', 'u', null],
      ['near', 'u', null],
      ['near', 'u', 'faq'],
      ['mine', 'u', null],
    ]);
  });

  it('of a poorer copy in another trace is the call’s, its ancestors’ included', () => {
    const root = usageEvent({
      spanId: 'r',
      traceId: 'b1',
      spanClass: 'step',
      usage: null,
      own: owned({ orgId: 'acme' }),
    });
    const poor = usageEvent({
      spanId: 'a',
      traceId: 'b1',
      parentSpanId: 'r',
      scopeName: 'scope-b',
      detail: 1,
    });
    const rich = usageEvent({ spanId: 'b' });
    expect(orgs([root, poor, rich])).toEqual(['acme', 'acme', 'acme']);
  });
});
