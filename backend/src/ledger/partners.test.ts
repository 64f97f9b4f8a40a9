import fc from 'fast-check';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { UsageEvent } from './event.js';
import { mayBeCopies, partnersAmong } from './partners.js';
import { settleEvents } from './settle-trace.js';

const one = usageEvent({ spanId: 'a', traceId: 'a1' });
const two = usageEvent({
  spanId: 'b',
  traceId: 'b1',
  scopeName: 'scope-b',
  startedAt: 1_010,
  durationUs: 80_000,
});

describe('calls of two traces may be copies', () => {
  it.each([
    ['one inside the other with equal tokens', {}],
    ['an equal response id, whatever the tokens', { responseId: 'r', usage: tokens(1, 1), serviceName: 'x' }],
    ['of one that tells nothing, at the same moment', { startedAt: 1_001, durationUs: 98_000, usage: null }],
    ['a stream read once it was handed out', { startedAt: 1_180 }],
  ] as const)('%s', (_what, difference) => {
    const a = { ...one, responseId: 'r' };
    expect(mayBeCopies(a, { ...two, ...difference })).toBe(true);
    expect(mayBeCopies({ ...two, ...difference }, a)).toBe(true);
  });

  it.each([
    ['of one trace: its own tree decides', { traceId: 'a1' }],
    ['of one scope', { scopeName: 'scope-a' }],
    ['of two realms', { realm: 'org:x' }],
    ['with two response ids', { responseId: 's' }],
    ['with an equal id at another time', { responseId: 'r', startedAt: 1_200 }],
    ['of two services', { serviceName: 'other' }],
    ['of two models', { requestModel: 'gpt-5' }],
    ['with other tokens', { usage: tokens(999, 49) }],
  ] as const)('not %s', (_what, difference) => {
    expect(mayBeCopies({ ...one, responseId: 'r' }, { ...two, ...difference })).toBe(false);
  });
});

const events: fc.Arbitrary<UsageEvent[]> = fc
  .array(
    fc.record({
      traceId: fc.constantFrom('t1', 't2', 't3', 't4', 't5', 't6'),
      parentSpanId: fc.option(fc.nat(9).map((n) => `s${n}`)),
      startedAt: fc.nat(30).map((n) => 1_000 + n * 30),
      durationUs: fc.constantFrom(0, 1_000, 50_000, 200_000, 400_000),
      scopeName: fc.constantFrom('scope-a', 'scope-b', 'scope-c'),
      spanClass: fc.constantFrom('call' as const, 'call' as const, 'wrapper' as const, 'step' as const),
      responseId: fc.constantFrom(null, null, 'r1', 'r2', 'r3'),
      usage: fc.constantFrom(tokens(1000, 50), tokens(1000, 60), tokens(10, 50), null),
      usageQuality: fc.constantFrom('exact' as const, 'upper_bound' as const),
      failed: fc.constantFrom(false, false, true),
      own: fc.constantFrom(null, 'acme', 'globex').map((orgId) => owned({ orgId })),
    }),
    { minLength: 2, maxLength: 16 },
  )
  .map((list) => list.map((event, index) => usageEvent({ ...event, spanId: `s${index}` })));

/** The events of traces that partners connect. */
function setsOf(all: readonly UsageEvent[]): UsageEvent[][] {
  const sets = new Map(all.map(({ traceId }) => [traceId, new Set([traceId])]));
  const calls = all.filter(
    ({ spanClass, usage }) => spanClass === 'call' || (spanClass === 'wrapper' && usage),
  );
  for (const [a, b] of partnersAmong(calls)) {
    const [left, right] = [sets.get(calls[a]?.traceId ?? ''), sets.get(calls[b]?.traceId ?? '')];
    if (!left || !right || left === right) continue;
    for (const trace of right) {
      left.add(trace);
      sets.set(trace, left);
    }
  }
  return [...new Set(sets.values())].map((set) => all.filter(({ traceId }) => set.has(traceId)));
}

it('traces without possible partners in one another are settled apart as together', () => {
  let apart = 0;
  fc.assert(
    fc.property(events, (all) => {
      const together = new Map(settleEvents(all).map((settlement, index) => [all[index], settlement]));
      const sets = setsOf(all);
      if (sets.length > 1) apart += 1;
      for (const set of sets) expect(settleEvents(set)).toEqual(set.map((event) => together.get(event)));
    }),
    { numRuns: 2_000 },
  );
  expect(apart).toBeGreaterThan(500);
});
