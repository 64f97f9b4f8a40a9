import { createDataFrame, FieldType, type DataFrame } from '@grafana/data';
import type { CostExplanation } from '../../api/wire';
import { numberOf } from './group';

type Component = CostExplanation['components'][number];

/** What a call costs, meter by meter: quantity × price, and the price's version. Exact amounts are text. */
export function costTable(refId: string, { components }: CostExplanation): DataFrame {
  const column = (
    name: string,
    label: string,
    value: (component: Component) => string | number | null,
    { type = FieldType.string, unit }: { type?: FieldType; unit?: string } = {},
  ) => ({
    name,
    type,
    values: components.map(value),
    config: { displayNameFromDS: label, ...(unit && { unit }) },
  });
  return createDataFrame({
    refId,
    meta: { preferredVisualisationType: 'table' },
    fields: [
      column('meter', 'Meter', ({ meter }) => meter),
      column('quantity', 'Quantity', ({ quantity }) => quantity, { type: FieldType.number }),
      column('price_usd', 'Price (USD)', ({ price }) => price),
      column('per', 'Per', ({ per }) => per, { type: FieldType.number }),
      column('cost_usd', 'Cost', (one) => numberOf(one.cost_usd), {
        type: FieldType.number,
        unit: 'currencyUSD',
      }),
      column('cost_usd_exact', 'Cost, exact (USD)', (one) => one.cost_usd),
      column('source', 'Price from', (one) => one.source),
      column('source_version', 'Version of the source', (one) => one.source_version),
      column(
        'effective_from',
        'Price since',
        (one) => (one.effective_from === null ? null : Date.parse(one.effective_from)),
        { type: FieldType.time },
      ),
      column('price_version_id', 'Price version', (one) => one.price_version_id),
    ],
  });
}
