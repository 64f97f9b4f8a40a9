import type { Label } from '../../../datasource/labels';

/** What each job is for, by its name in the API. */
const JOB_LABELS: Readonly<Record<string, Label>> = {
  settle: {
    label: 'Settle',
    description: 'Finds repeats of calls, and organisations told elsewhere in a request',
  },
  're-price': { label: 'Re-price', description: 'Prices calls whose price or usage came late' },
  refresh: { label: 'Refresh', description: 'Brings the totals that dashboards read up to date' },
  check: { label: 'Check', description: 'Proves that the totals are the sum of the calls' },
  upkeep: { label: 'Upkeep', description: 'Looks after the embedded database' },
  close: { label: 'Close days', description: 'Writes the totals of ended days for ever' },
  compress: { label: 'Compress', description: 'Packs old calls' },
  retire: { label: 'Retire', description: 'Drops single calls past their retention; pending ones are kept' },
};

/** A job of a newer backend is shown by its name. */
export const jobLabel = (name: string): Label => JOB_LABELS[name] ?? { label: name, description: '' };
