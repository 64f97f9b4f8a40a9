import { noticesOf, type Coverage } from './coverage';

const coverage = (change: Partial<Coverage> = {}): Coverage => ({
  selection: 'a',
  pendingCalls: 0,
  billableCalls: 10,
  cost: null,
  inexactCost: null,
  ...change,
});
const remarks = (...list: Coverage[]) => list.map((one) => ({ coverage: [one], notes: [] }));

describe('noticesOf', () => {
  it('says nothing where every call has an exact cost', () => {
    expect(noticesOf(remarks(coverage({ cost: 5, inexactCost: 0 })))).toEqual([]);
    expect(noticesOf([])).toEqual([]);
  });

  it('warns of pending calls, and tells what of the cost is not exact', () => {
    expect(
      noticesOf(remarks(coverage({ pendingCalls: 2, billableCalls: 1240, cost: 8, inexactCost: 2 }))),
    ).toEqual([
      { severity: 'warning', text: '2 of 1,240 calls have no cost yet: the true cost is higher than shown.' },
      { severity: 'info', text: '25 % of the cost is not exact: a bound or an estimate.' },
    ]);
  });

  it.each([
    [1, 10, /^1 of 10 calls has no cost yet/],
    [1, 1, /^1 of 1 call has no cost yet/],
    [3, 3, /^3 of 3 calls have no cost yet/],
  ])('counts in good English: %d of %d', (pendingCalls, billableCalls, text) => {
    expect(noticesOf(remarks(coverage({ pendingCalls, billableCalls })))).toMatchObject([
      { text: expect.stringMatching(text) },
    ]);
  });

  it('counts calls once that two queries are about', () => {
    const same = coverage({ pendingCalls: 2 });
    expect(noticesOf(remarks(same, same))).toMatchObject([
      { text: expect.stringMatching(/^2 of 10 calls have/) },
    ]);
  });

  it('adds up different selections, and says so', () => {
    const notices = noticesOf(
      remarks(coverage({ pendingCalls: 2 }), coverage({ selection: 'b', pendingCalls: 3, billableCalls: 5 })),
    );
    expect(notices).toHaveLength(1);
    expect(notices[0]?.text).toBe(
      '5 of 15 calls have no cost yet (added up over 2 different selections of calls): the true cost is higher than shown.',
    );
  });

  it('has one info for everything else there is to say, each sentence once', () => {
    const notes = ['Only some.'];
    expect(
      noticesOf([
        { coverage: [coverage({ cost: 10, inexactCost: 1 })], notes },
        { coverage: [], notes: [...notes, 'Another.'] },
      ]),
    ).toEqual([
      {
        severity: 'info',
        text: '10 % of the cost is not exact: a bound or an estimate. Only some. Another.',
      },
    ]);
  });

  it.each([
    [0.00001, 'Less than 0.1 %'],
    [0.99999, 'More than 99.9 %'],
    [1, '100 %'],
    [0.3333, '33.3 %'],
  ])('rounds %d to neither nothing nor all', (share, text) => {
    expect(noticesOf(remarks(coverage({ cost: 1, inexactCost: share })))).toMatchObject([
      { text: expect.stringContaining(text) },
    ]);
  });

  it.each([
    [3, 0, 'Changes compare 70 % of the calls now with 100 % of them in the previous period.'],
    [0, 10, 'Changes compare 100 % of the calls now with 0 % of them in the previous period.'],
  ])('tells on what a change rests: %d calls pending now, %d before', (now, before, text) => {
    const compared = {
      now: { pendingCalls: now, billableCalls: 10 },
      before: { pendingCalls: before, billableCalls: 10 },
    };
    expect(noticesOf([{ coverage: [coverage()], notes: [], compared }])).toEqual([
      { severity: 'warning', text },
    ]);
  });

  it.each([
    [
      { pendingCalls: 0, billableCalls: 10 },
      { pendingCalls: 0, billableCalls: 20 },
    ],
    [
      { pendingCalls: 1, billableCalls: 10 },
      { pendingCalls: 2, billableCalls: 20 },
    ],
    [
      { pendingCalls: 1, billableCalls: 10 },
      { pendingCalls: 0, billableCalls: 0 },
    ],
  ])('says nothing of a change where as much is known of both, or nothing was: %j, %j', (now, before) => {
    expect(noticesOf([{ coverage: [coverage()], notes: [], compared: { now, before } }])).toEqual([]);
  });
});
