import React, { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Stack, Text, useStyles2 } from '@grafana/ui';
import type { TraceSpan } from '../../../api/wire';
import { ChainHeader, ChainNotices, type Chain } from './ChainHeader';
import { SpanDetails } from './SpanDetails';
import { Waterfall } from './Waterfall';
import { spanKey, type WaterfallRow } from './waterfall';

interface Props {
  chain: Chain;
  rows: readonly WaterfallRow[];
  /** For screen readers. */
  label: string;
  linksConversation: boolean;
}

/** A request or a conversation: numbers, waterfall, and the details of the span that the address names. */
export function ChainView({ chain, rows, label, linksConversation }: Props) {
  const styles = useStyles2(getStyles);
  const [params, setParams] = useSearchParams();
  const wanted = { span: params.get('span'), trace: params.get('in') };
  const selected = useMemo(
    () =>
      chain.spans.find(
        ({ span_id: span, trace_id: trace }) =>
          span === wanted.span && (wanted.trace === null || trace === wanted.trace),
      ),
    [chain, wanted.span, wanted.trace],
  );
  const original = selected?.repeat_of
    ? chain.spans.find(
        ({ span_id: span, trace_id: trace }) =>
          span === selected.repeat_of?.span_id && trace === selected.repeat_of.trace_id,
      )
    : undefined;

  const select = (span: TraceSpan | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete('in');
        next.delete('span');
        if (span) {
          next.set('span', span.span_id);
          // The same span id may be in several requests of a conversation.
          next.set('in', span.trace_id);
        }
        return next;
      },
      { replace: true },
    );

  return (
    <Stack direction="column" gap={2} alignItems="stretch">
      <ChainHeader chain={chain} linksConversation={linksConversation} />
      <div>
        <ChainNotices chain={chain} />
        {wanted.span !== null && !selected && (
          <Alert severity="info" title="The span of this link is not among those shown" />
        )}
      </div>
      <div className={styles.columns} data-details={selected !== undefined}>
        <Stack direction="column" gap={1} alignItems="stretch" minWidth={0}>
          <Waterfall
            label={label}
            rows={rows}
            selectedKey={selected && spanKey(selected)}
            onSelect={({ content }) => content.type === 'span' && select(content.span)}
          />
          {!selected && (
            <Text color="secondary" variant="bodySmall">
              Choose a row to see what it cost and why. Arrow keys move; right and left open and close.
            </Text>
          )}
        </Stack>
        {selected && (
          <SpanDetails
            key={spanKey(selected)}
            span={selected}
            original={original}
            onSelect={select}
            onClose={() => select(null)}
          />
        )}
      </div>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  columns: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    alignItems: 'start',
    gap: theme.spacing(2),
    '&[data-details="true"]': {
      [theme.breakpoints.up('lg')]: { gridTemplateColumns: `minmax(0, 1fr) minmax(0, ${theme.spacing(58)})` },
    },
  }),
});
