import React from 'react';
import type { EventSearchAnswer } from '../../../api/wire';
import { MEASURE_LABELS } from '../../../datasource/labels';
import { countText, percentText, shortCountText } from '../../format/number';
import { Facts } from '../Facts';
import { MoneyText } from '../MoneyText';

/** Over all calls that match, not only those listed; no cost without its coverage. */
export function CallsTotals({ totals }: { totals: EventSearchAnswer['totals'] }) {
  return (
    <Facts
      layout="row"
      facts={[
        { label: MEASURE_LABELS.calls.label, value: countText(totals.calls) },
        { label: MEASURE_LABELS.cost_usd.label, value: <MoneyText value={totals.cost_usd} /> },
        { label: MEASURE_LABELS.coverage.label, value: percentText(totals.coverage) },
        { label: MEASURE_LABELS.pending_calls.label, value: countText(totals.pending_calls) },
        {
          label: MEASURE_LABELS.total_tokens.label,
          value: <span title={countText(totals.total_tokens)}>{shortCountText(totals.total_tokens)}</span>,
        },
      ]}
    />
  );
}
