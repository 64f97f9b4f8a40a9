import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Dimension, Filter, Measure } from '../../../plugin/src/api/wire.js';
import { MEASURE_LABELS } from '../../../plugin/src/datasource/labels.js';
import type { OrVariable } from '../../../plugin/src/datasource/query.js';
import { usage } from './query.js';
import { hidden, table, unit, width } from './tables.js';

interface Movers {
  readonly title: string;
  readonly description: string;
  readonly measure: Measure;
  readonly groupBy: OrVariable<Dimension>;
  readonly filters?: Filter[];
  readonly order: 'change' | 'rise' | 'fall';
  readonly top?: number;
  /** More of it is good news: use, as against cost. */
  readonly isGood?: boolean;
}

/** Who changed most against the previous period, whether great or small: new ones and those who stopped are among them. */
export function movers({
  title,
  description,
  measure,
  groupBy,
  filters = [],
  order,
  top = 10,
  isGood = false,
}: Movers): TableBuilder {
  const query = usage({
    measures: [measure],
    groupBy: [groupBy],
    filters,
    compare: 'previous_period',
    top,
    order,
  });
  return table(title, description, query)
    .overrideByName(`${measure}_previous`, [hidden])
    .overrideByName('pending_calls', [hidden])
    .overrideByName(`${measure}_change`, [
      unit(MEASURE_LABELS[measure].unit),
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
      {
        id: 'thresholds',
        value: {
          mode: 'absolute',
          steps: [
            { value: null, color: isGood ? 'red' : 'green' },
            { value: 0, color: isGood ? 'green' : 'red' },
          ],
        },
      },
    ])
    .overrideByName(`${measure}_change_ratio`, [width(90)]);
}
