import fc from 'fast-check';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { UsageEvent } from './event.js';
import { settleEvents } from './settle-trace.js';

describe('hostile input', () => {
  it('survives circles, own parents and equal ids', () => {
    const events = [
      usageEvent({ spanId: 'a', parentSpanId: 'b', own: owned({ orgId: 'x' }) }),
      usageEvent({ spanId: 'b', parentSpanId: 'c', startedAt: 2_000 }),
      usageEvent({ spanId: 'c', parentSpanId: 'a', startedAt: 3_000 }),
      usageEvent({ spanId: 'd', parentSpanId: 'd', startedAt: 4_000 }),
      usageEvent({ spanId: 'd', startedAt: 9_000 }),
    ];
    expect(settleEvents(events)).toHaveLength(5);
  });

  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const anyEvent: fc.Arbitrary<UsageEvent> = fc
    .record({
      spanId: names,
      parentSpanId: maybe(names),
      traceId: fc.constantFrom('t1', 't2'),
      realm: fc.constantFrom('team', 'org:x'),
      scopeName: fc.constantFrom('s1', 's2', 's3'),
      responseId: maybe(fc.constantFrom('r1', 'r2')),
      startedAt: fc.integer({ min: 0, max: 6 }),
      durationUs: fc.constantFrom(0, 1_000, 4_000, 9_000),
      spanClass: fc.constantFrom('call', 'call', 'wrapper', 'step'),
      usage: fc.constantFrom(null, tokens(10, 1), tokens(10, 2), tokens(20, 3)),
      failed: fc.boolean(),
      requestModel: maybe(fc.constantFrom('gpt-4o', 'gpt-5')),
      detail: fc.integer({ min: 0, max: 3 }),
      own: fc.record({ orgId: maybe(fc.constantFrom('x', 'y')) }).map(owned),
    } as const)
    .map((values) => usageEvent({ ...values, operation: 'chat' }));
  const requests = fc.uniqueArray(anyEvent, {
    maxLength: 14,
    selector: (event) => `${event.realm}${event.traceId}${event.spanId}`,
  });
  const keyed = (events: readonly UsageEvent[]) =>
    new Map(
      settleEvents(events).map((settled, index) => [
        `${events[index]?.realm}${events[index]?.traceId}${events[index]?.spanId}`,
        settled,
      ]),
    );

  it('decides the same whatever the order of the events', () => {
    fc.assert(
      fc.property(
        requests.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          const [left, right] = [keyed(events), keyed(shuffled)];
          for (const [key, settled] of left) expect(right.get(key)).toEqual(settled);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('points every repeat at a call of the same realm, and leaves no call of two known organisations in one', () => {
    fc.assert(
      fc.property(requests, (events) => {
        const settled = settleEvents(events);
        for (const [index, { repeatOf, kind, attribution }] of settled.entries()) {
          const event = events[index];
          expect(kind === 'repeat').toBe(repeatOf !== null);
          if (event?.own.orgId != null) expect(attribution.orgId).toBe(event.own.orgId);
          if (!repeatOf) continue;
          const target = events.findIndex(
            (other) =>
              other.realm === event?.realm &&
              other.traceId === repeatOf.traceId &&
              other.spanId === repeatOf.spanId,
          );
          expect(settled[target]?.kind).toBe('call');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is not quadratic in equal calls', () => {
    const events = Array.from({ length: 6_000 }, (_, n) =>
      usageEvent({
        spanId: `s${n}`,
        traceId: `t${n}`,
        scopeName: `scope-${n % 2}`,
        startedAt: 1_000 + (n % 7),
        parentSpanId: n > 0 ? `s${n - 1}` : null,
      }),
    );
    const deep = events.map((event) => ({ ...event, traceId: 't', durationUs: 1_000_000 }));
    expect(settleEvents(events).filter(({ kind }) => kind === 'call').length).toBeGreaterThanOrEqual(3_000);
    expect(settleEvents(deep)).toHaveLength(6_000);
  });
});
