/** What usage can be grouped and filtered by: the dimensions of the 15-minute aggregate. */
export const DIMENSIONS = [
  'org_id',
  'assistant_id',
  'query_type',
  'provider',
  'model',
  'environment',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];
