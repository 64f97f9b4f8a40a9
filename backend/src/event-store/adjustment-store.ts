import { Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Queryable } from '../db/db.js';
import { formatMoney } from '../ledger/money.js';
import type { Adjustment, Dimensions, MeterAdjustment } from './adjustments.js';
import { CALL_COSTS, CALL_SUMS } from './call-sums.js';
import { timeText } from './columns.js';
import type { ChangeReason } from './ledger-row.js';

/** Who made a change by hand, and why. */
export interface ChangedBy {
  readonly author: string;
  readonly note: string | null;
}

export interface Posting {
  readonly reason: ChangeReason;
  readonly belowFloor: boolean;
  readonly by: ChangedBy | null;
}

type Field<T> = readonly [name: string, type: string, value: (item: T) => string | null];

const dimensionFields = <T extends { readonly dimensions: Dimensions }>(): Field<T>[] => [
  ['org_id', 'text', ({ dimensions }) => dimensions.orgId],
  ['assistant_id', 'text', ({ dimensions }) => dimensions.assistantId],
  ['query_type', 'text', ({ dimensions }) => dimensions.queryType],
  ['provider', 'text', ({ dimensions }) => dimensions.provider],
  ['model', 'text', ({ dimensions }) => dimensions.model],
  ['environment', 'text', ({ dimensions }) => dimensions.environment],
];

const COSTS = new Set<string>(CALL_COSTS);
const ADJUSTMENT: readonly Field<Adjustment>[] = [
  ['bucket', 'timestamptz', ({ bucket }) => timeText(bucket)],
  ...dimensionFields<Adjustment>(),
  ['price_version_ids', 'text', ({ priceVersionIds }) => priceVersionIds],
  ...CALL_SUMS.map((name): Field<Adjustment> => [
    name,
    'numeric',
    ({ sums }) => {
      const value = sums[name];
      if (value === null) return null;
      return COSTS.has(name) ? formatMoney(value) : value.toString();
    },
  ]),
];
const METER_ADJUSTMENT: readonly Field<MeterAdjustment>[] = [
  ['bucket', 'timestamptz', ({ bucket }) => timeText(bucket)],
  ...dimensionFields<MeterAdjustment>(),
  ['meter', 'text', ({ meter }) => meter],
  ['price_version_ids', 'text', ({ priceVersionIds }) => priceVersionIds],
  ['quantity', 'numeric', ({ quantity }) => quantity.toString()],
  ['cost_usd', 'numeric', ({ costUsd }) => formatMoney(costUsd)],
  ['list_cost_usd', 'numeric', ({ listCostUsd }) => (listCostUsd === null ? null : formatMoney(listCostUsd))],
  ['unlisted_cost_usd', 'numeric', ({ unlistedCostUsd }) => formatMoney(unlistedCostUsd)],
];

/** Posts changes of closed days. Must run in the transaction that changes the calls. */
export async function postAdjustments(
  tx: Queryable,
  adjustments: readonly Adjustment[],
  meters: readonly MeterAdjustment[],
  { reason, belowFloor, by }: Posting,
): Promise<void> {
  if (adjustments.length > 0) {
    const more = [
      ['reason', reason],
      ['below_floor', String(belowFloor)],
      ['author', by?.author ?? null],
      ['note', by?.note ?? null],
    ] as const;
    await tx.query(insertStatement('ledger_adjustments', ADJUSTMENT, adjustments, more));
  }
  if (meters.length > 0) {
    await tx.query(
      insertStatement('ledger_meter_adjustments', METER_ADJUSTMENT, meters, [['reason', reason]]),
    );
  }
}

function insertStatement<T>(
  table: string,
  fields: readonly Field<T>[],
  items: readonly T[],
  constants: readonly (readonly [name: string, value: string | null])[],
): Sql {
  const lists = fields.map(([, , value]) => arrayLiteral(items.map(value)));
  const names = [...constants, ...fields].map(([name]) => name).join(', ');
  const types = constants.map(([name]) => (name === 'below_floor' ? 'boolean' : 'text'));
  const texts = [
    `insert into ${table} (${names}) select `,
    ...types.slice(1).map((_, index) => `::${types[index]}, `),
    `::${types.at(-1)}, g.* from unnest(`,
    ...fields.slice(1).map((_, index) => `::${fields[index]?.[1]}[], `),
    `::${fields.at(-1)?.[1]}[]) as g`,
  ];
  return new Sql(texts, [...constants.map(([, value]) => value), ...lists]);
}
