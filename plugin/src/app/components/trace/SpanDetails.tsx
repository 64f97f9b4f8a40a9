import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, ClipboardButton, IconButton, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { TraceSpan } from '../../../api/wire';
import {
  EVENT_FIELD_LABELS,
  EVENT_KIND_LABELS,
  MEASURE_LABELS,
  REASON_LABELS,
} from '../../../datasource/labels';
import { durationText } from '../../format/duration';
import { countText } from '../../format/number';
import { preciseTimeText } from '../../format/time';
import { useSource } from '../../source/SourceContext';
import { Facts, type Fact } from '../Facts';
import { CostExplained } from './CostExplained';

interface Props {
  span: TraceSpan;
  /** The call that a repeat is about, when it is in the same chain. */
  original: TraceSpan | undefined;
  onSelect: (span: TraceSpan) => void;
  onClose: () => void;
}

/** All about one span, and the price of a call explained. */
export function SpanDetails({ span, original, onSelect, onClose }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.panel} aria-label={`Details of ${span.name}`}>
      <Stack justifyContent="space-between" alignItems="flex-start" gap={1}>
        <div className={styles.title}>
          <Text element="h2" variant="h5">
            {span.name}
          </Text>
          <Text color="secondary" variant="bodySmall">
            {`${EVENT_KIND_LABELS[span.kind].label}: ${EVENT_KIND_LABELS[span.kind].description.toLowerCase()}`}
          </Text>
        </div>
        <IconButton name="times" size="lg" aria-label="Close the details" onClick={onClose} />
      </Stack>
      {span.kind === 'call' && (
        <Part title="Cost">
          <CostExplained span={span} />
        </Part>
      )}
      {span.kind === 'repeat' && <RepeatOf span={span} original={original} onSelect={onSelect} />}
      {span.usage && (
        <Part title="Tokens">
          <Facts layout="list" facts={usageFacts(span.usage)} />
        </Part>
      )}
      <Part title="Span">
        <Facts layout="list" facts={spanFacts(span)} />
      </Part>
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack direction="column" gap={1} alignItems="stretch">
      <Text element="h3" variant="h6" color="secondary">
        {title}
      </Text>
      {children}
    </Stack>
  );
}

function RepeatOf({ span, original, onSelect }: Omit<Props, 'onClose'>) {
  const { paths } = useSource();
  const reason = span.cost_reason === null ? undefined : REASON_LABELS[span.cost_reason];
  return (
    <Part title="Not billed">
      <Text element="p">{reason?.description ?? EVENT_KIND_LABELS.repeat.description}.</Text>
      {original ? (
        <div>
          <Button size="sm" variant="secondary" icon="link" onClick={() => onSelect(original)}>
            {`Go to its call: ${original.name}`}
          </Button>
        </div>
      ) : (
        span.repeat_of && (
          <TextLink href={paths.trace(span.repeat_of.trace_id, span.repeat_of.span_id)}>
            Go to its call in another request
          </TextLink>
        )
      )}
    </Part>
  );
}

function usageFacts(usage: NonNullable<TraceSpan['usage']>): Fact[] {
  const { input_tokens: input, output_tokens: output } = usage;
  const parts: Array<[string, number | null]> = [
    ['Input', input],
    ['of it read from cache', usage.cache_read],
    ['of it written, 5 minutes', usage.cache_write_5m],
    ['of it written, 1 hour', usage.cache_write_1h],
    ['of it audio', usage.input_audio],
    ['of it images', usage.input_image],
    ['Output', output],
    ['of it reasoning', usage.reasoning],
    ['of it audio, output', usage.output_audio],
    ['of it images, output', usage.output_image],
    ...Object.entries(usage.other),
  ];
  return parts.map(([label, count]) => ({ label, value: count === null ? null : countText(count) }));
}

function spanFacts(span: TraceSpan): Fact[] {
  const { model, request_model: asked } = span;
  const label = (field: keyof typeof EVENT_FIELD_LABELS) => EVENT_FIELD_LABELS[field].label;
  return [
    { label: 'Started', value: preciseTimeText(span.started_at) },
    { label: 'Duration', value: durationText(span.duration_ms) },
    {
      label: 'Time to first token',
      value: span.time_to_first_token_ms === null ? null : durationText(span.time_to_first_token_ms),
    },
    { label: label('provider'), value: span.provider },
    { label: label('model'), value: model },
    { label: 'Model asked for', value: asked === model ? null : asked },
    { label: 'Service tier', value: span.service_tier },
    { label: label('org_id'), value: span.org_id },
    { label: label('assistant_id'), value: span.assistant_id },
    { label: label('query_type'), value: span.query_type },
    { label: label('environment'), value: span.environment },
    { label: label('user_id'), value: span.user_id },
    { label: label('service_name'), value: span.service_name },
    { label: 'Instrumentation', value: `${span.scope_name} ${span.scope_version}`.trim() },
    {
      label: MEASURE_LABELS.cache_saved_usd.label,
      value: span.cache_saved_usd && `${span.cache_saved_usd} USD`,
    },
    {
      label: 'Told by the sender',
      value: span.reported_cost_usd && `${span.reported_cost_usd} USD (not used)`,
    },
    { label: label('trace_id'), value: <CopyId id={span.trace_id} what="trace id" /> },
    { label: 'Span', value: <CopyId id={span.span_id} what="span id" /> },
  ];
}

export function CopyId({ id, what }: { id: string; what: string }) {
  const styles = useStyles2(getStyles);
  return (
    <span className={styles.id}>
      <code>{id}</code>
      <ClipboardButton
        size="sm"
        fill="text"
        variant="secondary"
        icon="copy"
        aria-label={`Copy the ${what}`}
        tooltip="Copy"
        getText={() => id}
      />
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(3),
    minWidth: 0,
    padding: theme.spacing(2),
    borderRadius: theme.shape.radius.default,
    border: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
    background: theme.colors.background.primary,
  }),
  title: css({ minWidth: 0, overflowWrap: 'anywhere', h2: { margin: 0 } }),
  id: css({
    display: 'inline-flex',
    alignItems: 'center',
    overflowWrap: 'anywhere',
    code: { whiteSpace: 'normal' },
  }),
});
