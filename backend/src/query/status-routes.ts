import { z } from 'zod';
import type { Allowed, allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { schemaVersion } from '../db/migrate.js';
import { hasScope, type Caller } from '../http/caller.js';
import { route, type Route } from '../http/route.js';
import { isoTime, moneySchema, orNull, timeSchema } from './common-schema.js';
import { planUsage } from './plan.js';
import { readLastEvent } from './status-store.js';
import { DAY } from './time-ranges.js';
import type { UsageRequest } from './usage-request.js';
import { readUsage } from './usage-store.js';
import { measuresView } from './usage-view.js';
import { withWatermarks } from './watermark-store.js';

/** Raised when an older plugin could not talk to this API any more. */
export const API_VERSION = 1;

const todaySchema = z.object({
  from: timeSchema,
  to: timeSchema,
  calls: z.int(),
  priced_calls: z.int(),
  pending_calls: z.int(),
  coverage: z.number().nullable().meta({ description: 'Priced / billable calls; null without any.' }),
  cost_usd: orNull(moneySchema),
});

export const statusSchema = z
  .object({
    version: z.string(),
    api: z.int().meta({ description: 'Raised when older clients could not read the answers any more.' }),
    time: timeSchema,
    database: z.object({
      engine: z.enum(['server', 'embedded']),
      schema: z.int(),
      needed: z.int(),
      behind: z
        .boolean()
        .meta({ description: 'Migrations are missing: run this version once to apply them.' }),
    }),
    you: z.object({
      name: z.string(),
      role: z
        .enum(['viewer', 'editor', 'admin'])
        .nullable()
        .meta({ description: "In Grafana; null for whoever does not come through Grafana's data source." }),
      may_change: z.boolean(),
      audience: z.enum(['team', 'customer']),
      organisations: z.array(z.string()).nullable().meta({ description: 'Whose usage you see; null: all.' }),
    }),
    last_event: z.object({ started_at: timeSchema, ingested_at: timeSchema }).nullable().meta({
      description: 'The stored event that came last; of some organisations, the one that started last.',
    }),
    today: todaySchema
      .nullable()
      .meta({ description: 'The UTC day so far; null while the database is behind.' }),
  })
  .meta({ id: 'Status' });
type StatusBody = z.input<typeof statusSchema>;

export interface StatusDeps {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
  /** Resolves once the aggregate shows every event committed before the call. */
  readonly fresh: () => Promise<void>;
  /** Unix ms. */
  readonly now: () => number;
  readonly version: string;
  /** Schema version this program needs. */
  readonly schema: number;
}

/** `GET /api/v1/status`: is it working, and what may I do? */
export function createStatusRoutes({ db, allowed, fresh, now, version, schema }: StatusDeps): Route[] {
  const status = route({
    method: 'get',
    path: '/api/v1/status',
    summary: 'Is it working, and who am I?',
    description: 'Version, database, what the caller may see and change, the last event, and the day so far.',
    tag: 'Read',
    scope: 'read',
    query: z.strictObject({}),
    responses: { 200: { description: 'The status.', schema: statusSchema } },
    async handle({ caller }) {
      const visible = allowed(caller);
      const at = now();
      const found = await schemaVersion(db);
      const behind = found < schema;
      if (!behind) await fresh();
      const last = behind ? null : await readLastEvent(db, visible, at);
      const body: StatusBody = {
        version,
        api: API_VERSION,
        time: isoTime(at),
        database: { engine: db.engine, schema: found, needed: schema, behind },
        you: youView(caller, visible),
        last_event: last && {
          started_at: isoTime(last.started_at.getTime()),
          ingested_at: isoTime(last.ingested_at.getTime()),
        },
        today: behind ? null : await readToday(db, visible, at),
      };
      return { body };
    },
  });
  return [status];
}

const youView = (caller: Caller, { organisations, audience }: Allowed): StatusBody['you'] => ({
  name: caller.name,
  role: caller.role,
  may_change: hasScope(caller, 'admin'),
  audience,
  organisations: organisations && [...organisations],
});

async function readToday(db: Db, visible: Allowed, now: number): Promise<StatusBody['today']> {
  const from = Math.floor(now / DAY) * DAY;
  const to = Math.max(now, from + 1);
  const request: UsageRequest = {
    ...{ from, to, time_zone: 'UTC', interval: null, as_of: 'known', edges: 'exact' },
    measures: ['calls', 'priced_calls', 'pending_calls', 'coverage', 'cost_usd'],
    ...{ group_by: [], filters: [], order_by: [], limit: 1 },
  };
  const { total } = await withWatermarks(db, (marks) => readUsage(db, planUsage(request, marks), visible));
  return { from: isoTime(from), to: isoTime(to), ...todaySums.parse(measuresView(total)) };
}

const todaySums = todaySchema.omit({ from: true, to: true });
