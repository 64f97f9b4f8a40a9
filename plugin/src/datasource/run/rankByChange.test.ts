import type { UsageRow } from '../../api/wire';
import { rankByChange } from './rankByChange';

const asked = { groupBy: ['org_id'], measure: 'calls', rankBy: 'change', top: null } as const;
const key = (name: string | null): string => JSON.stringify([name]);
const rowsOf = (calls: Record<string, number>): UsageRow[] =>
  Object.entries(calls).map(([name, count]) => ({ org_id: name, calls: count }));

describe('rankByChange', () => {
  const now = rowsOf({ grew: 50, fell: 20, same: 7, fresh: 12 });
  const before = rowsOf({ grew: 10, fell: 100, same: 7, gone: 30 });

  it.each([
    ['change', ['fell', 'grew', 'gone', 'fresh']],
    ['rise', ['grew', 'fresh']],
    ['fall', ['fell', 'gone']],
  ] as const)('by %s has who is new and who stopped, not who stayed', (rankBy, names) => {
    expect(rankByChange(now, before, { ...asked, rankBy }).keys).toEqual(names.map(key));
  });

  it('keeps the first, and counts the others', () => {
    expect(rankByChange(now, before, { ...asked, top: 2 })).toEqual({
      keys: ['fell', 'grew'].map(key),
      changed: 4,
      unknown: 0,
    });
  });

  it('leaves out, and counts, of whom one period is not known', () => {
    const [row] = [{ org_id: 'pending', cost_usd: null }];
    const ranked = rankByChange(
      [row, { org_id: 'a', cost_usd: '1' }],
      [{ org_id: 'pending', cost_usd: '9' }],
      {
        ...asked,
        measure: 'cost_usd',
      },
    );
    expect(ranked).toEqual({ keys: [key('a')], changed: 1, unknown: 1 });
  });

  it('keeps apart a group without a name and one that is called null', () => {
    const ranked = rankByChange([{ org_id: null, calls: 1 }], [{ org_id: 'null', calls: 3 }], asked);
    expect(ranked.keys).toEqual([key('null'), key(null)]);
  });

  it('finds the same as looking at each of 200 organisations, however they changed', () => {
    let seed = 7;
    const whole = (max: number): number => (seed = (seed * 48_271) % 2_147_483_647) % max;
    for (let run = 0; run < 50; run += 1) {
      const names = Array.from({ length: 200 }, (_, index) => `org ${index}`);
      const calls = () =>
        Object.fromEntries(names.filter(() => whole(3) > 0).map((name) => [name, whole(40)]));
      const [present, past] = [calls(), calls()];
      const change = (name: string): number => (present[name] ?? 0) - (past[name] ?? 0);
      const { keys } = rankByChange(rowsOf(present), rowsOf(past), { ...asked, top: 10 });
      const shown = keys.map((text) => (JSON.parse(text) as [string])[0]);
      const least = Math.min(...shown.map((name) => Math.abs(change(name))));
      expect(shown).toHaveLength(10);
      expect(shown.map((name) => Math.abs(change(name)))).toEqual(
        shown.map((name) => Math.abs(change(name))).sort((a, b) => b - a),
      );
      for (const name of names.filter((one) => !shown.includes(one))) {
        expect(Math.abs(change(name))).toBeLessThanOrEqual(least);
      }
    }
  });
});
