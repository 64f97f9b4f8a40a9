import { z } from 'zod';
import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { EventStore } from '../event-store/event-store.js';
import { route, type Route } from '../http/route.js';
import { PENDING_REASONS } from '../ledger/event.js';
import { remediesOf } from './pending-remedies.js';
import { pendingGroups, type PendingGroup } from './pending-store.js';
import { writeOff } from './pending-write-off.js';

export interface PendingRouteDeps {
  readonly db: Pick<Db, 'query'>;
  readonly events: Pick<EventStore, 'changeDay'>;
  readonly allowed: typeof allowedOrganisations;
}

const name = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !text.includes('\0'), 'must not contain a NUL character');
const reason = z.enum(PENDING_REASONS);
const Before = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/,
    'must be a date like 2026-11-01 (UTC) or a time',
  )
  .transform((text, context): number => {
    const at = Date.parse(text);
    if (at >= 0 && at < Date.UTC(10_000, 0)) return at;
    context.addIssue('must be a date like 2026-11-01 (UTC) or a time like 2026-11-01T00:00:00Z');
    return z.NEVER;
  });

const groupFields = {
  reason: z.string(),
  provider: z.string().nullable(),
  model: z.string().nullable().meta({ description: 'The name asked for.' }),
  service_tier: z.string().nullable(),
  calls: z.int(),
  tokens: z.string().nullable().meta({ description: 'Input and output; null: nobody told any.' }),
  oldest: z.iso.datetime(),
  newest: z.iso.datetime(),
};
export const Report = z
  .object({
    calls: z.int(),
    groups: z.array(
      z.object({
        ...groupFields,
        remedies: z.array(
          z.object({
            kind: z.enum(['price', 'alias', 'free', 'free_provider', 'usage', 'write_off']),
            what: z.string(),
            command: z.string(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'PendingReport' });
const WriteOff = z
  .strictObject({
    reason: reason.optional(),
    provider: name.optional(),
    model: name.optional().meta({ description: 'The name asked for, as the report shows it.' }),
    org_id: name.optional(),
    before: Before.meta({ description: 'Calls that started before it: a UTC day or a time.' }),
    note: name.meta({ description: 'Why; it stays with the adjustments.' }),
    dry_run: z.boolean().default(false),
  })
  .meta({ id: 'WriteOffRequest' });
const WrittenOff = z
  .object({
    dry_run: z.boolean(),
    calls: z.int().meta({ description: 'That matched when it began.' }),
    groups: z.array(z.object(groupFields)),
    written_off: z.int(),
    complete: z.boolean().meta({ description: 'false: some are left; the same request goes on with them.' }),
  })
  .meta({ id: 'WrittenOff' });

/** Calls that wait for a cost: what would resolve them, and giving them up. */
export function createPendingRoutes({ db, events, allowed }: PendingRouteDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/pending',
      tag: 'Pending',
      scope: 'read',
      summary: 'Calls that wait for a cost, and what would resolve them',
      description:
        'By reason, provider, model and service tier, with the commands that end the waiting: fill in what is in capitals.',
      query: z.strictObject({ org_id: name.optional(), reason: reason.optional() }),
      responses: { 200: { description: 'Most calls first.', schema: Report } },
      handle: async ({ caller, query: { org_id: orgId, reason } }) => {
        const groups = await pendingGroups(
          db,
          { reason },
          allowed(caller, orgId === undefined ? undefined : [orgId]),
        );
        const shown = groups.map((group) => ({ ...view(group), remedies: remediesOf(group) }));
        return { body: { calls: total(groups), groups: shown } satisfies z.input<typeof Report> };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/pending/write-off',
      tag: 'Pending',
      scope: 'admin',
      summary: 'Give up on pending calls',
      description:
        'They become `unbilled (written_off)`: no cost, and coverage tells how many. A price that comes later does not ' +
        'change them, a better usage does. `dry_run` only tells which they are.',
      body: WriteOff,
      responses: { 200: { description: 'What was given up.', schema: WrittenOff } },
      handle: async ({ caller, body, signal }) => {
        const { before, note, dry_run: dryRun, org_id: orgId, ...which } = body;
        const chosen = allowed(caller, orgId === undefined ? undefined : [orgId]);
        const filter = { ...which, before };
        const groups = await pendingGroups(db, filter, chosen);
        const { writtenOff, complete } = dryRun
          ? { writtenOff: 0, complete: true }
          : await writeOff({ db, events }, filter, chosen, { author: caller.name, note }, signal);
        const answer = { dry_run: dryRun, calls: total(groups), groups: groups.map(view) };
        return {
          body: { ...answer, written_off: writtenOff, complete } satisfies z.input<typeof WrittenOff>,
        };
      },
    }),
  ];
}

const total = (groups: readonly PendingGroup[]): number => groups.reduce((sum, { calls }) => sum + calls, 0);

const view = ({ reason, provider, model, serviceTier, calls, tokens, oldest, newest }: PendingGroup) => ({
  ...{ reason, provider, model, service_tier: serviceTier, calls, tokens },
  oldest: new Date(oldest).toISOString(),
  newest: new Date(newest).toISOString(),
});
