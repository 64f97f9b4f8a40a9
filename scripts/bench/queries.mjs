import sql from 'sql-template-tag';
import { allowedOrganisations } from '../../backend/dist/access/allowed.js';
import { usageRequestSchema } from '../../backend/dist/query/usage-request.js';
import { createUsageRoutes } from '../../backend/dist/query/usage-routes.js';
import { loadUsage, unloadUsage } from './load-usage.mjs';

const RUNS = 40;
const TEAM = { scopes: new Set(['read']), orgId: null, realm: 'team', name: 'bench' };

/**
 * How long a dashboard's queries take, over 30 days that end now: the 95th percentile of 40 runs of each shape, for all
 * organisations and for one (the ten largest of 200 in turn).
 *
 * @typedef {{ name: string, one: boolean, p50: number, p95: number }} QueryTime
 * @param {import('../../backend/dist/db/db.js').Db} db @param {number} calls
 */
export async function benchQueries(db, calls) {
  try {
    const started = Date.now();
    const loaded = await loadUsage(db, calls);
    const loadSeconds = (Date.now() - started) / 1000;
    return { calls: loaded.calls, loadSeconds, times: await measureQueries(db, loaded) };
  } finally {
    await unloadUsage(db);
  }
}

/** @param {import('../../backend/dist/db/db.js').Db} db @param {{ from: number, midnight: number }} loaded */
export async function measureQueries(db, { from, midnight }) {
  const [query] = createUsageRoutes({
    db,
    allowed: allowedOrganisations,
    fresh: () => Promise.resolve(),
    now: Date.now,
  });
  if (!query) throw new RangeError('the query route comes first');
  const organisations = await largest(db, from);
  /** @type {QueryTime[]} */
  const times = [];
  for (const [name, shape] of Object.entries(shapes(from, midnight))) {
    for (const one of [false, true]) {
      if (shape.oneOnly && !one) continue;
      /** @type {number[]} */
      const spent = [];
      for (let run = -3; run < RUNS; run += 1) {
        const org = organisations[(run + 3) % organisations.length];
        const filters = one ? [{ dimension: 'org_id', operator: '=', values: [org] }] : [];
        const body = usageRequestSchema.parse({ ...shape.request, measures: ['cost_usd', 'calls'], filters });
        const begun = process.hrtime.bigint();
        await query.handle(/** @type {never} */ ({ caller: TEAM, body }));
        // The first runs make plans and fill caches.
        if (run >= 0) spent.push(Number(process.hrtime.bigint() - begun) / 1e6);
      }
      spent.sort((a, b) => a - b);
      const at = (/** @type {number} */ share) => spent[Math.ceil(share * spent.length) - 1] ?? Number.NaN;
      times.push({ name, one, p50: at(0.5), p95: at(0.95) });
    }
  }
  return times;
}

/** @param {number} from @param {number} midnight @returns {Record<string, { request: object, oneOnly?: boolean }>} */
function shapes(from, midnight) {
  const quarter = Math.floor(Date.now() / 900_000) * 900_000;
  const iso = (/** @type {number} */ at) => new Date(at).toISOString();
  // A dashboard that ends now: the last minutes come from raw events.
  const month = { from: iso(from), to: iso(Date.now()) };
  return {
    total: { request: month },
    'by day and organisation': { request: { ...month, interval: '1d', group_by: ['org_id'] } },
    'by organisation': { request: { ...month, group_by: ['org_id'] } },
    'by model': { request: { ...month, group_by: ['model'] } },
    'by assistant': { request: { ...month, group_by: ['assistant_id'] }, oneOnly: true },
    'last 24 hours by hour': {
      request: { from: iso(quarter - 86_400_000), to: iso(Date.now()), interval: '1h' },
    },
    'by day in Berlin': { request: { ...month, interval: '1d', time_zone: 'Europe/Berlin' } },
    'open days by model': {
      request: { from: iso(midnight - 3 * 86_400_000), to: iso(Date.now()), group_by: ['model'] },
    },
  };
}

/** @param {import('../../backend/dist/db/db.js').Db} db @param {number} from */
async function largest(db, from) {
  const { rows } = await db.query(sql`
    select org_id from usage_15m_by_org where bucket >= ${new Date(from)}::timestamptz
    group by org_id order by sum(calls) desc limit 10`);
  return rows.map((row) => String(row['org_id']));
}
