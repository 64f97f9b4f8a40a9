import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Dimension, Filter, Measure } from '../../../plugin/src/api/wire.js';
import type { OrVariable, RankBy } from '../../../plugin/src/datasource/query.js';
import { usage } from './query.js';
import { hidden, named, table, width } from './tables.js';

interface Movers {
  readonly title: string;
  readonly description: string;
  readonly measure: Measure;
  readonly groupBy: OrVariable<Dimension>;
  readonly filters?: Filter[];
  readonly rankBy: Exclude<RankBy, 'value'>;
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
  rankBy,
  top = 10,
  isGood = false,
}: Movers): TableBuilder {
  const query = usage({
    measures: [measure],
    groupBy: [groupBy],
    filters,
    compare: 'previous_period',
    top,
    rankBy,
  });
  return table(title, description, query)
    .overrideByName(`${measure}_previous`, [hidden])
    .overrideByName('pending_calls', [hidden])
    .overrideByName('coverage', [hidden])
    .overrideByName(measure, [width(100)])
    .overrideByName(`${measure}_change`, [
      named('Change'),
      width(110),
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
    .overrideByName(`${measure}_change_ratio`, [named('in %'), width(90)]);
}
