import React from 'react';
import { Alert, TextLink } from '@grafana/ui';
import type { PendingSpan, TraceSpan, TraceTotals } from '../../../api/wire';
import { EVENT_FIELD_LABELS, MEASURE_LABELS, REASON_LABELS } from '../../../datasource/labels';
import { durationText } from '../../format/duration';
import { callsText, countText, percentText, shortCountText } from '../../format/number';
import { timeText } from '../../format/time';
import { useSource } from '../../source/SourceContext';
import { Facts } from '../Facts';
import { MoneyText } from '../MoneyText';

export interface Chain {
  spans: TraceSpan[];
  totals: TraceTotals;
  pending: PendingSpan[];
  partial: boolean;
  truncated: boolean;
}

interface Props {
  chain: Chain;
  /** Not on the conversation's own page. */
  linksConversation: boolean;
}

/** Whose request it was, what it cost, and what is not known of that. */
export function ChainHeader({ chain: { spans, totals }, linksConversation }: Props) {
  const { paths } = useSource();
  const conversation = linksConversation ? spans.find(({ conversation_id: id }) => id !== null) : undefined;
  return (
    <Facts
      layout="row"
      facts={[
        { label: MEASURE_LABELS.cost_usd.label, value: <MoneyText value={totals.cost_usd} /> },
        { label: MEASURE_LABELS.coverage.label, value: percentText(totals.coverage) },
        { label: MEASURE_LABELS.calls.label, value: countText(totals.calls) },
        {
          label: MEASURE_LABELS.total_tokens.label,
          value: <span title={countText(totals.tokens)}>{shortCountText(totals.tokens)}</span>,
        },
        { label: 'Duration', value: durationText(totals.duration_ms) },
        { label: 'Started', value: timeText(totals.started_at) },
        { label: EVENT_FIELD_LABELS.org_id.label, value: distinct(spans.map(({ org_id: org }) => org)) },
        {
          label: EVENT_FIELD_LABELS.assistant_id.label,
          value: distinct(spans.map(({ assistant_id: assistant }) => assistant)),
        },
        {
          label: EVENT_FIELD_LABELS.conversation_id.label,
          value: conversation?.conversation_id && (
            <TextLink
              href={paths.conversation(conversation.conversation_id, conversation.org_id)}
              inline={false}
            >
              {conversation.conversation_id}
            </TextLink>
          ),
        },
      ]}
    />
  );
}

const distinct = (values: Array<string | null>): string =>
  [...new Set(values.filter((value) => value !== null))].join(', ');

/** What the numbers above lack. */
export function ChainNotices({ chain: { pending, totals, partial, truncated, spans } }: { chain: Chain }) {
  const reasons = new Map(pending.map(({ reason, message }) => [reason ?? 'unknown', message]));
  return (
    <>
      {totals.pending_calls > 0 && (
        <Alert
          severity="warning"
          title={`${countText(totals.pending_calls)} of ${callsText(totals.priced_calls + totals.pending_calls)} without a price yet: the true cost is higher than shown`}
        >
          {[...reasons].map(([reason, message]) => (
            <div key={reason}>
              <strong>{REASON_LABELS[reason]?.label ?? reason}.</strong> {message}
            </div>
          ))}
        </Alert>
      )}
      {partial && (
        <Alert severity="info" title="Parts of this are missing">
          A span names a parent that is not here: it has not arrived yet, or is not yours to see.
        </Alert>
      )}
      {truncated && (
        <Alert
          severity="info"
          title={`The first ${countText(spans.length)} of ${countText(totals.spans)} spans`}
        >
          The numbers above are of all of them.
        </Alert>
      )}
    </>
  );
}
