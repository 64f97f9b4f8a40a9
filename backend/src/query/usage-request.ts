import { z } from 'zod';
import { instantSchema } from './common-schema.js';
import { DIMENSIONS, type Dimension } from './dimension.js';
import { filterSchema } from './filter.js';
import { MEASURE_NAMES, MEASURES, withCoverage, type Measure } from './measure.js';
import { INTERVALS, isTimeZone } from './time-zone.js';

export const DEFAULT_ROWS = 10_000;
export const MAX_ROWS = 50_000;
/** Intervals an answer may be cut into: 13 months of hours are 9,500. */
export const MAX_INTERVALS = 20_000;

const SHORTEST_MS = {
  '15m': 900_000,
  '1h': 1_800_000,
  '1d': 79_200_000,
  '1w': 601_200_000,
  '1mo': 2_415_600_000,
};

const orderSchema = z.strictObject({
  field: z.enum(['time', ...DIMENSIONS, ...MEASURE_NAMES]),
  direction: z.enum(['asc', 'desc']).default('asc'),
});

export const MAX_TOP = 100;

const topSchema = z
  .strictObject({
    count: z.int().min(1).max(MAX_TOP),
    by: z.enum(MEASURE_NAMES).optional().meta({ description: 'The first measure unless told.' }),
  })
  .meta({
    description:
      'Only the groups with the most over the whole time keep rows of their own; all others are summed up as one, whose rows ' +
      'have every dimension null and `other` true.',
  });

/** The question: which measures, over which time, cut and grouped how. Parsed, it is what `planUsage` takes. */
export const usageRequestSchema = z
  .strictObject({
    from: instantSchema,
    to: instantSchema,
    time_zone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'Not a time zone. Use an IANA name like Europe/Berlin or Asia/Kolkata.')
      .default('UTC'),
    interval: z.enum(INTERVALS).nullable().default(null),
    measures: z.array(z.enum(MEASURE_NAMES)).min(1).max(MEASURE_NAMES.length),
    group_by: z.array(z.enum(DIMENSIONS)).max(DIMENSIONS.length).default([]),
    filters: z.array(filterSchema).max(50).default([]),
    top: topSchema.optional(),
    order_by: z.array(orderSchema).max(10).default([]),
    as_of: z
      .enum(['closed', 'known'])
      .default('known')
      .meta({
        description:
          '`known`: with everything learnt since a day was closed. `closed`: closed days as they were closed, by whole UTC days; ' +
          'open days are the same in both.',
      }),
    edges: z
      .enum(['exact', 'kept'])
      .default('exact')
      .meta({
        description:
          '`kept`: where raw events are gone, `from` and `to` are moved outward to the nearest time that can be told (a quarter ' +
          'of an hour, an hour for percentiles, a UTC day), in place of a 422; `meta` tells them.',
      }),
    limit: z.int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS),
  })
  .superRefine((request, context) => {
    const wrong = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (request.to <= request.from) wrong(['to'], 'Must be later than "from".');
    if (request.interval && (request.to - request.from) / SHORTEST_MS[request.interval] > MAX_INTERVALS)
      wrong(
        ['interval'],
        `Cuts the time into more than ${MAX_INTERVALS} parts. Use a longer interval or less time.`,
      );
    if (new Set(request.group_by).size < request.group_by.length)
      wrong(['group_by'], 'Names a dimension twice.');
    if (request.top && request.group_by.length === 0)
      wrong(['top'], 'Needs "group_by": it keeps the greatest of its groups.');
    const measures = withCoverage(request.measures);
    if (request.top?.by && !measures.includes(request.top.by))
      wrong(['top', 'by'], `"${request.top.by}" is not in the answer: ${measures.join(', ')}.`);
    const fields = new Set<string>([...request.group_by, ...measures]);
    if (request.interval) fields.add('time');
    for (const [index, { field }] of request.order_by.entries()) {
      if (!fields.has(field))
        wrong(['order_by', index, 'field'], `"${field}" is not in the answer: ${[...fields].join(', ')}.`);
    }
  })
  .meta({ id: 'UsageQuery' });
export type UsageRequest = z.output<typeof usageRequestSchema>;

export const measureHelp = Object.entries(MEASURES)
  .map(([name, { about }]) => `- \`${name}\`: ${about}`)
  .join('\n');

export type OrderField = 'time' | Dimension | Measure;
