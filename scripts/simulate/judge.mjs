import { formatUsd, parseUsd } from './price-list.mjs';
import { dayOf, DAY_MS } from './recount.mjs';
import { PROVIDER } from './world.mjs';

/**
 * Compares what the product answers with the recount, group by group to the last digit.
 *
 * @typedef {import('./recount.mjs').Call} Call
 * @typedef {{ calls: number, priced: number, pending: number, failed: number, writtenOff: number, input: number, output: number, cost: bigint | null }} Sums
 * @typedef {{ from: number, day: string, org_id?: string | null, group: string, what: string, expected: string, got: string }} Difference
 */
const MEASURES = {
  calls: 'calls',
  priced: 'priced_calls',
  pending: 'pending_calls',
  failed: 'failed_calls',
  writtenOff: 'written_off_calls',
  input: 'input_tokens',
  output: 'output_tokens',
  cost: 'cost_usd',
};
const COUNTS = /** @type {const} */ ([
  'calls',
  'priced',
  'pending',
  'failed',
  'writtenOff',
  'input',
  'output',
]);

/**
 * The questions: days first with the organisation, which is the promise; then every other way to cut the same sums.
 *
 * @typedef {{ groupBy: readonly string[], zone: string, offset: number }} Cut offset: ms that the zone is ahead of UTC
 */
const UTC = { zone: 'UTC', offset: 0 };
/** @type {readonly Cut[]} */
export const CUTS = [
  { groupBy: ['org_id'], ...UTC },
  { groupBy: ['org_id', 'model'], ...UTC },
  { groupBy: ['assistant_id', 'query_type'], ...UTC },
  { groupBy: ['org_id', 'assistant_id', 'query_type', 'provider', 'model'], ...UTC },
  { groupBy: [], ...UTC },
  { groupBy: ['org_id', 'model'], zone: 'Asia/Kolkata', offset: 19_800_000 },
];

/** @type {Record<string, (call: Call) => string | null>} */
const DIMENSIONS = {
  org_id: (call) => call.attribution.orgId ?? 'unattributed',
  assistant_id: (call) => call.attribution.assistantId,
  query_type: (call) => call.attribution.queryType,
  provider: () => PROVIDER,
  model: (call) => call.span.model,
};

/** @param {number} from @param {number} to @param {Cut} cut */
export const queryOf = (from, to, { groupBy, zone, offset }) => ({
  from: new Date(from - offset).toISOString(),
  to: new Date(to - offset).toISOString(),
  ...{ interval: '1d', time_zone: zone, group_by: groupBy },
  ...{ measures: Object.values(MEASURES), limit: 50_000 },
});

/**
 * @param {readonly Call[]} calls @param {readonly Record<string, any>[]} rows of the answer to queryOf(…, cut)
 * @param {Cut} cut @returns {Difference[]} days in order
 */
export function compare(calls, rows, { groupBy, offset }) {
  const expected = new Map();
  for (const call of calls) {
    const group = groupBy.map((name) => DIMENSIONS[name]?.(call) ?? null);
    const day = dayOf(call.span.startedAt + offset) - offset;
    add(expected, JSON.stringify([new Date(day).toISOString(), ...group]), call);
  }
  const found = new Map(rows.map((row) => [groupOf(row, groupBy), sumsOfRow(row)]));
  const keys = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return keys.flatMap((key) =>
    differences(key, groupBy, expected.get(key) ?? NOTHING, found.get(key) ?? NOTHING),
  );
}

/** @type {Sums} */
const NOTHING = {
  calls: 0,
  priced: 0,
  pending: 0,
  failed: 0,
  writtenOff: 0,
  input: 0,
  output: 0,
  cost: null,
};

/** @param {Map<string, Sums>} sums @param {string} key @param {Call} call */
function add(sums, key, { status, cost, usage }) {
  const known = sums.get(key) ?? { ...NOTHING };
  known.calls += 1;
  known[status === 'written_off' ? 'writtenOff' : status] += 1;
  known.input += usage?.input ?? 0;
  known.output += usage?.output ?? 0;
  if (cost !== null) known.cost = (known.cost ?? 0n) + cost;
  sums.set(key, known);
}

/** @param {Record<string, any>} row @param {readonly string[]} groupBy */
const groupOf = (row, groupBy) =>
  JSON.stringify([new Date(row['time']).toISOString(), ...groupBy.map((name) => row[name] ?? null)]);

/** @param {Record<string, any>} row @returns {Sums} */
function sumsOfRow(row) {
  const sums = { ...NOTHING };
  for (const name of COUNTS) sums[name] = row[MEASURES[name]] ?? 0;
  const cost = row[MEASURES.cost] ?? null;
  sums.cost = cost === null ? null : parseUsd(cost);
  return sums;
}

/** @param {string} key @param {readonly string[]} groupBy @param {Sums} expected @param {Sums} found @returns {Difference[]} */
function differences(key, groupBy, expected, found) {
  const [time, ...values] = JSON.parse(key);
  const group = groupBy.map((name, index) => `${name}=${values[index]}`).join(' ');
  const orgId = groupBy.includes('org_id') ? values[groupBy.indexOf('org_id')] : null;
  const place = { from: Date.parse(time), day: time.slice(0, 10), org_id: orgId, group };
  const wrong = COUNTS.filter((name) => expected[name] !== found[name]).map((name) => ({
    ...place,
    what: MEASURES[name],
    expected: String(expected[name]),
    got: String(found[name]),
  }));
  if (expected.cost === found.cost) return wrong;
  const text = (/** @type {bigint | null} */ cost) => (cost === null ? 'null' : formatUsd(cost));
  return [...wrong, { ...place, what: MEASURES.cost, expected: text(expected.cost), got: text(found.cost) }];
}

/** @param {number} at */
export const isoDay = (at) => new Date(dayOf(at)).toISOString().slice(0, 10);

/** The calls of one day and organisation beside the stored events, where they differ. @param {readonly Call[]} calls @param {readonly Record<string, any>[]} events as GET /api/v1/events lists them @param {Difference} difference */
export function explain(calls, events, { from, org_id: orgId }) {
  const stored = new Map(
    events.map((event) => [`${event['realm']}/${event['trace_id']}/${event['span_id']}`, event]),
  );
  const lines = [];
  for (const call of calls) {
    if (call.span.startedAt < from || call.span.startedAt >= from + DAY_MS) continue;
    const { span } = call;
    const key = `${span.boundOrgId === null ? 'team' : `org:${span.boundOrgId}`}/${span.traceId}/${span.spanId}`;
    const event = stored.get(key);
    stored.delete(key);
    const org = call.attribution.orgId ?? 'unattributed';
    if (orgId != null && org !== orgId && event?.['org_id'] !== orgId) continue;
    const expected = `${org} call ${call.status} ${call.cost === null ? 'null' : formatUsd(call.cost)}`;
    const status = event && (STATUS[`${event['cost_reason']}`] ?? event['cost_status']);
    const got = event ? `${event['org_id']} ${event['kind']} ${status} ${event['cost_usd']}` : 'no row';
    if (got !== expected)
      lines.push(`${key} (${span.teller} ${span.role} ${span.model}): expected ${expected}, stored ${got}`);
  }
  for (const [key, event] of stored) {
    if (event['kind'] !== 'call' || (orgId != null && event['org_id'] !== orgId)) continue;
    lines.push(
      `${key} (${event['scope_name']}): stored ${event['org_id']} call ${event['cost_status']} ${event['cost_reason']}, expected no call`,
    );
  }
  return lines;
}

/** @type {Record<string, string>} */
const STATUS = { failed_no_usage: 'failed', written_off: 'written_off' };
