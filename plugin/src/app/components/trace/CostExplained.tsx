import React, { useMemo } from 'react';
import { Stack, Text } from '@grafana/ui';
import type { CostExplanation, TraceSpan } from '../../../api/wire';
import { COST_QUALITY_LABELS, REASON_LABELS } from '../../../datasource/labels';
import { meterLabel, perText, priceSourceLabel } from '../../format/meters';
import { exactMoneyText } from '../../format/money';
import { countText } from '../../format/number';
import { timeText } from '../../format/time';
import { useLoad } from '../../load/useLoad';
import { useSource } from '../../source/SourceContext';
import { DataTable, type Column } from '../DataTable';
import { Facts } from '../Facts';
import { LoadedContent } from '../Section';

type Component = CostExplanation['components'][number];
type PriceVersion = CostExplanation['price_versions'][number];

/** Why a call costs what it costs, to the last digit; or why it has no cost and what would give it one. */
export function CostExplained({ span }: { span: TraceSpan }) {
  const { api } = useSource();
  const { trace_id: trace, span_id: id, realm, started_at: startedAt } = span;
  const loaded = useLoad(
    useMemo(() => api.cost(trace, id, { realm, started_at: startedAt }), [api, trace, id, realm, startedAt]),
  );
  return (
    <LoadedContent loaded={loaded} what="the explanation of the cost" lines={4}>
      {(explanation) => <Explanation explanation={explanation} />}
    </LoadedContent>
  );
}

function Explanation({ explanation }: { explanation: CostExplanation }) {
  const { components, price_versions: versions, quality, reason, stored_cost_usd: cost } = explanation;
  return (
    <Stack direction="column" gap={2} alignItems="stretch">
      {cost === null ? (
        <Text element="p" color={reason ? 'warning' : 'secondary'}>
          {reason ? (REASON_LABELS[reason]?.label ?? reason) : 'No cost of its own'}
        </Text>
      ) : (
        <Text element="p" variant="h4">
          {exactMoneyText(cost)}
        </Text>
      )}
      {quality && (
        <Text element="p">
          {`${COST_QUALITY_LABELS[quality].label}: ${lowerFirst(COST_QUALITY_LABELS[quality].description)}.`}
        </Text>
      )}
      {components.length > 0 && (
        <DataTable
          compact
          label="What the cost is made of"
          columns={COMPONENT_COLUMNS}
          rows={components}
          keyOf={({ meter, price_version_id: version, price }) => `${meter} ${version} ${price}`}
        />
      )}
      <Text element="p" color="secondary" variant="bodySmall">
        {explanation.message}
      </Text>
      {versions.map((version) => (
        <Version key={version.price_version_id} version={version} />
      ))}
    </Stack>
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const COMPONENT_COLUMNS: Array<Column<Component>> = [
  { id: 'meter', header: 'Meter', cell: ({ meter }) => meterLabel(meter) },
  { id: 'quantity', header: 'Quantity', align: 'right', cell: ({ quantity }) => countText(quantity) },
  {
    id: 'price',
    header: '× Price (USD)',
    align: 'right',
    cell: ({ price, per }) => `${plain(price)} ${perText(per)}`,
  },
  {
    id: 'cost',
    header: '= Cost (USD)',
    align: 'right',
    cell: ({ cost_usd: cost }) => plain(cost),
  },
];

const plain = (money: string): string => exactMoneyText(money).replace(' USD', '');

function Version({ version }: { version: PriceVersion }) {
  const {
    source,
    source_version: edition,
    effective_from: from,
    provider,
    model,
    service_tier: tier,
  } = version;
  return (
    <Facts
      layout="list"
      facts={[
        { label: 'Price of', value: `${provider} ${model}${tier === 'standard' ? '' : `, tier ${tier}`}` },
        { label: 'From', value: `${priceSourceLabel(source)} (${edition})` },
        { label: 'In force since', value: from === null ? 'the beginning of time' : timeText(from) },
        { label: 'Price version', value: <code>{version.price_version_id}</code> },
      ]}
    />
  );
}
