import { z } from 'zod';
import type { Allowed, allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { route, type Route } from '../http/route.js';
import type { PriceBook } from '../pricing/price-book.js';
import { readRecovered, readRestated, type ChangesRequest } from './annotation-store.js';
import { ANNOTATION_KINDS, type Annotation, type AnnotationKind } from './annotation.js';
import { recoveredAnnotation, restatedAnnotation } from './change-annotations.js';
import { instantSchema, isoTime, orNull, repeatable, textSchema, timeSchema } from './common-schema.js';
import { DIMENSIONS } from './dimension.js';
import type { Filter } from './filter.js';
import { priceAnnotations } from './price-annotations.js';

/** More lines on a chart than this explain nothing. */
const MAX_ANNOTATIONS = 200;
const DEFAULT_RANGE_MS = 30 * 86_400_000;
const names = repeatable(textSchema).optional();

const annotationsQuerySchema = z
  .strictObject({
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    kind: repeatable(z.enum(ANNOTATION_KINDS)).default([...ANNOTATION_KINDS]),
    org_id: names,
    assistant_id: names,
    query_type: names,
    provider: names,
    model: names,
    environment: names,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'Must be later than "from".',
  });
type AnnotationsQuery = z.output<typeof annotationsQuerySchema>;

export const annotationsSchema = z
  .object({
    annotations: z.array(
      z.object({
        id: z.string().meta({ description: 'The same each time.' }),
        kind: z.enum(ANNOTATION_KINDS),
        time: timeSchema,
        time_end: orNull(timeSchema).meta({ description: 'End of an hour or a day; null for a moment.' }),
        title: z.string(),
        text: z.string(),
        tags: z.array(z.string()),
      }),
    ),
    truncated: z.boolean(),
  })
  .meta({ id: 'Annotations' });

const HELP = `What explains a jump in cost in \`[from, to)\` (the last 30 days unless told), oldest first; at most ${MAX_ANNOTATIONS}, the most important.
- \`price_change\`: prices that were recorded then, one for each import or change by hand. Of the dimensions only organisation (of
contracts), provider and model narrow them. A customer sees the catalogue and his own contracts.
- \`pending_recovered\`: calls that got their price then, by hour and model, while their raw events are stored.
- \`day_restated\`: closed UTC days that were changed since, by day and reason.`;

export interface AnnotationDeps {
  readonly db: Db;
  readonly priceBook: () => PriceBook;
  readonly allowed: typeof allowedOrganisations;
  /** Unix ms. */
  readonly now: () => number;
}

/** `GET /api/v1/annotations`. */
export function createAnnotationRoutes({ db, priceBook, allowed, now }: AnnotationDeps): Route[] {
  const annotations = route({
    method: 'get',
    path: '/api/v1/annotations',
    summary: 'List what explains a jump in cost',
    description: HELP,
    tag: 'Read',
    scope: 'read',
    query: annotationsQuerySchema,
    responses: { 200: { description: 'The annotations.', schema: annotationsSchema } },
    async handle({ caller, query }) {
      const visible = allowed(caller, query.org_id);
      const to = query.to ?? now();
      const time = { from: query.from ?? Math.max(0, to - DEFAULT_RANGE_MS), to };
      const changes = { ...time, filters: filtersOf(query), limit: MAX_ANNOTATIONS + 1 };
      const found: Annotation[] = [];
      if (query.kind.includes('price_change')) {
        const { organisations, audience } = visible;
        const wanted = { ...time, providers: query.provider, models: query.model, organisations };
        found.push(
          ...priceAnnotations(priceBook().versions, { ...wanted, forCustomer: audience === 'customer' }),
        );
      }
      found.push(...(await readChanges(db, query.kind, changes, visible)));
      return { body: answerOf(found) };
    },
  });
  return [annotations];
}

const filtersOf = (query: AnnotationsQuery): Filter[] =>
  DIMENSIONS.flatMap((dimension) => {
    const values = query[dimension];
    return values ? [{ dimension, operator: 'in', values }] : [];
  });

async function readChanges(
  db: Db,
  kinds: readonly AnnotationKind[],
  changes: ChangesRequest,
  visible: Allowed,
): Promise<Annotation[]> {
  const restated = kinds.includes('day_restated') ? await readRestated(db, changes, visible) : [];
  const recovered = kinds.includes('pending_recovered') ? await readRecovered(db, changes, visible) : [];
  // In turn, the greatest of each first, so that where there are too many neither kind crowds out the other.
  return Array.from({ length: Math.max(restated.length, recovered.length) }, (_, index) => [
    ...restated.slice(index, index + 1).map(restatedAnnotation),
    ...recovered.slice(index, index + 1).map(recoveredAnnotation),
  ]).flat();
}

/** @param found the most important first */
function answerOf(found: readonly Annotation[]): z.input<typeof annotationsSchema> {
  const kept = found.slice(0, MAX_ANNOTATIONS).toSorted((a, b) => a.time - b.time);
  return {
    annotations: kept.map(({ timeEnd, ...annotation }) => ({
      ...annotation,
      tags: [...annotation.tags],
      time: isoTime(annotation.time),
      time_end: timeEnd === null ? null : isoTime(timeEnd),
    })),
    truncated: found.length > MAX_ANNOTATIONS,
  };
}
