import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Dimension, Filter, Measure } from '../../../plugin/src/api/wire.js';
import { usage } from './query.js';
import { gauge, hidden, table } from './tables.js';

interface Ranking {
  readonly title: string;
  readonly description: string;
  readonly measure: Measure;
  readonly groupBy: Dimension;
  readonly filters?: Filter[];
  readonly top?: number;
}

/** The greatest groups with a bar each, and the rest as one: they add up to the whole. A click filters by a group. */
export const ranking = ({
  title,
  description,
  measure,
  groupBy,
  filters = [],
  top = 20,
}: Ranking): TableBuilder =>
  table(title, description, usage({ measures: [measure], groupBy: [groupBy], filters, top }))
    .overrideByName(measure, [...gauge])
    .overrideByName('pending_calls', [hidden]);
