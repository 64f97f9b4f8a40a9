import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compare } from '../../scripts/simulate/judge.mjs';
import { createRandom } from '../../scripts/simulate/random.mjs';
import { createRecount, DAY_MS } from '../../scripts/simulate/recount.mjs';
import { planWorld } from '../../scripts/simulate/world.mjs';

const MAIN = fileURLToPath(new URL('../../scripts/simulate/main.mjs', import.meta.url));
const DAYS = 7;
/** A world with closed and retired days, late events, resends of both, corrections and a process killed on the way. */
const SHORT = [
  '--days',
  String(DAYS),
  '--seed',
  '20261122',
  '--requests',
  '14',
  '--kills',
  '1',
  '--cuts',
  '2',
];

it('simulated days with everything that goes wrong: no day differs from the recount', async () => {
  const { code, output } = await run([...SHORT, '--judge-every', '3']);
  expect({ code, last: output.trimEnd().split('\n').at(-1), output }).toEqual({
    ...{ code: 0, last: `0 of ${DAYS} days wrong` },
    output: expect.stringContaining(' 1 kills'),
  });
}, 180_000);

describe('the judge', () => {
  const START = Date.UTC(2026, 0, 5);
  const recount = createRecount();
  const model = 'sim-steady';
  const prices = { input: '2.5', output: '10', cache_read: '0.25' };
  recount.price({ model, orgId: null, from: START, prices });
  const world = planWorld({
    ...{ start: START, days: 3, requests: 20, closeAfterDays: 1, retentionDays: 4, random: createRandom(1) },
  });
  for (const { deliveries } of world) for (const { items } of deliveries) recount.accept(items);
  const calls = recount.calls();
  const cut = { groupBy: ['org_id'], zone: 'UTC', offset: 0 };
  const [priced] = calls.filter(({ status }) => status === 'priced');
  const [pending] = calls.filter(({ status }) => status === 'pending');
  if (!priced || !pending) throw new Error('the world must hold priced and pending calls');
  const judged = (changed: typeof calls) => compare(changed, compareRows(calls), cut);

  it('finds nothing in a true answer', () => {
    expect(judged(calls)).toEqual([]);
  });

  it.each([
    ['a lost call', [...calls, { ...pending }]],
    ['a doubled call', calls.filter((call) => call !== priced)],
    ['a cost off by its last digit', swap(priced, { cost: (priced.cost ?? 0n) + 1n })],
    [
      'a call of another organisation',
      swap(pending, { attribution: { ...pending.attribution, orgId: 'mallory' } }),
    ],
    ['a call of another day', swap(priced, { span: { ...priced.span, startedAt: START + 5 * DAY_MS } })],
    ['a written-off call told as pending', swap(pending, { status: 'written_off' })],
  ] as const)('finds %s', (_, changed) => {
    expect(judged([...changed])).not.toEqual([]);
  });

  it('finds an unknown cost told as zero', () => {
    const rows = compareRows([pending]).map((row) => ({ ...row, cost_usd: '0' }));
    expect(compare([pending], rows, cut)).toMatchObject([{ what: 'cost_usd', expected: 'null', got: '0' }]);
  });

  function swap(call: (typeof calls)[number], values: Partial<typeof call>): typeof calls {
    return calls.map((one) => (one === call ? { ...one, ...values } : one));
  }
});

/** What the product would answer, had it counted these calls. */
function compareRows(
  calls: ReturnType<ReturnType<typeof createRecount>['calls']>,
): Record<string, unknown>[] {
  const nothing = compare(calls, [], { groupBy: ['org_id'], zone: 'UTC', offset: 0 });
  const rows = new Map<string, Record<string, unknown>>();
  for (const { day, org_id, what, expected } of nothing) {
    const key = `${day} ${org_id}`;
    const row = rows.get(key) ?? { time: `${day}T00:00:00.000Z`, org_id };
    rows.set(key, { ...row, [what]: what === 'cost_usd' ? expected : Number(expected) });
  }
  return [...rows.values()];
}

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const server = process.env['TEST_DATABASE_URL'];
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...(server && { DATABASE_URL: server }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output: output.join('') })));
}
