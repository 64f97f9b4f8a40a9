import React from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import type { TraceSpan } from '../../../api/wire';
import { EVENT_KIND_LABELS, REASON_LABELS } from '../../../datasource/labels';
import { durationText } from '../../format/duration';
import { exactMoneyText } from '../../format/money';
import { callsText, countText } from '../../format/number';
import { timeText } from '../../format/time';
import { totalTokens } from '../../format/usage';
import { CostCell } from '../CostCell';
import { MoneyText } from '../MoneyText';
import type { ConversationRequest, WaterfallRow } from './waterfall';

/** Height of a row, in units of the theme's spacing. */
export const ROW_SPACING = 4;
/** Deeper chains are not indented further: their names must stay legible. */
const MAX_INDENT = 12;

type Tone = 'request' | 'call' | 'pending' | 'repeat' | 'step';

interface Props {
  row: WaterfallRow;
  index: number;
  isClosed: boolean;
  isSelected: boolean;
  isActive: boolean;
  onToggle: () => void;
  onSelect: () => void;
}

export function WaterfallLine({ row, index, isClosed, isSelected, isActive, onToggle, onSelect }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const line = lineOf(row);
  return (
    <button
      type="button"
      role="treeitem"
      data-index={index}
      className={cx(styles.row, styles.tones[line.tone], isSelected && styles.selected)}
      style={{ top: theme.spacing(index * ROW_SPACING) }}
      tabIndex={isActive ? 0 : -1}
      aria-level={row.depth + 1}
      aria-expanded={row.hasChildren ? !isClosed : undefined}
      aria-selected={isSelected}
      aria-label={line.spoken}
      onClick={onSelect}
    >
      <span
        className={styles.name}
        style={{ paddingLeft: theme.spacing(Math.min(row.depth, MAX_INDENT) * 1.5) }}
        title={line.name}
      >
        {/* For the mouse; the keyboard has the arrow keys. */}
        <span
          className={styles.toggle}
          onClick={(event) => {
            if (row.hasChildren) {
              event.stopPropagation();
              onToggle();
            }
          }}
        >
          {row.hasChildren && <Icon name={isClosed ? 'angle-right' : 'angle-down'} />}
        </span>
        {line.icon && <Icon name={line.icon} size="sm" className={cx(line.isError && styles.error)} />}
        <span className={cx(styles.text, line.tone === 'request' && styles.strong)}>{line.name}</span>
      </span>
      <span className={styles.track}>
        <span
          className={styles.bar}
          style={{ left: `${row.start * 100}%`, width: `${row.length * 100}%` }}
          title={line.duration}
        />
      </span>
      <span className={styles.duration}>{line.duration}</span>
      <span className={cx(styles.text, styles.model)} title={line.model}>
        {line.model}
      </span>
      <span className={styles.tokens}>{line.tokens}</span>
      <span className={styles.cost}>{line.cost}</span>
    </button>
  );
}

interface Line {
  tone: Tone;
  icon?: IconName;
  isError?: boolean;
  name: string;
  duration: string;
  model?: string;
  tokens?: string;
  cost: React.ReactNode;
  /** The whole row in words. */
  spoken: string;
}

const lineOf = ({ content }: WaterfallRow): Line =>
  content.type === 'span' ? spanLine(content.span) : requestLine(content.request, content.number);

function requestLine(request: ConversationRequest, number: number): Line {
  const duration = durationText(request.duration_ms);
  const pending = request.pending_calls > 0 ? `${callsText(request.pending_calls)} pending` : '';
  const name = `Request ${number}, ${timeText(request.started_at)}`;
  return {
    tone: 'request',
    name,
    duration,
    model: pending,
    cost: <MoneyText value={request.cost_usd} />,
    spoken: [name, duration, exactMoneyText(request.cost_usd), pending].filter(Boolean).join(', '),
  };
}

function spanLine(span: TraceSpan): Line {
  const tokens = totalTokens(span.usage);
  const duration = durationText(span.duration_ms);
  const isCall = span.kind === 'call';
  return {
    tone: isCall && span.cost_status === 'pending' ? 'pending' : span.kind,
    icon:
      span.status_error || span.failed ? 'exclamation-circle' : span.kind === 'repeat' ? 'link' : undefined,
    isError: span.status_error || span.failed,
    name: span.name,
    duration,
    model: span.model ?? undefined,
    tokens: span.kind === 'step' || tokens === null ? undefined : countText(tokens),
    cost: span.kind !== 'step' && <CostCell event={span} />,
    spoken: [
      span.name,
      EVENT_KIND_LABELS[span.kind].label,
      duration,
      isCall && span.model,
      isCall && tokens !== null && `${countText(tokens)} tokens`,
      costInWords(span),
      (span.status_error || span.failed) && 'error',
    ]
      .filter(Boolean)
      .join(', '),
  };
}

function costInWords({ kind, cost_status: status, cost_reason: reason, cost_usd: cost }: TraceSpan): string {
  if (kind === 'step') {
    return '';
  }
  const why = reason === null ? '' : (REASON_LABELS[reason]?.label ?? reason);
  if (status === 'priced') {
    return exactMoneyText(cost);
  }
  return status === 'pending' ? `pending: ${why}` : why;
}

/** Where the box is narrower, the bar lies under the row, and model and tokens are left to the details. */
const NARROW = '@container (max-width: 44rem)';
const MIDDLE = '@container (max-width: 64rem)';

const getStyles = (theme: GrafanaTheme2) => {
  const cell = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
  const tone = (color: string, more: object = {}) => css({ '--bar': color, ...more });
  return {
    row: css({
      position: 'absolute',
      left: 0,
      right: 0,
      height: theme.spacing(ROW_SPACING),
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 5fr) minmax(0, 5fr) 9ch minmax(0, 3fr) 9ch 22ch',
      alignItems: 'center',
      columnGap: theme.spacing(1.5),
      width: '100%',
      padding: theme.spacing(0, 1.5, 0, 0.5),
      border: 'none',
      borderBottom: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
      background: 'none',
      color: theme.colors.text.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      textAlign: 'left',
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': {
        outline: `${theme.spacing(0.25)} solid ${theme.colors.primary.main}`,
        outlineOffset: `-${theme.spacing(0.25)}`,
      },
      [MIDDLE]: { gridTemplateColumns: 'minmax(0, 5fr) minmax(0, 4fr) 9ch minmax(0, 3fr) 9ch 20ch' },
      [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr) 8ch minmax(8ch, auto)' },
    }),
    selected: css({ '&, &:hover': { background: theme.colors.action.selected } }),
    name: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), minWidth: 0 }),
    toggle: css({ display: 'inline-flex', width: theme.spacing(2), flexShrink: 0, cursor: 'pointer' }),
    text: css(cell),
    // Not the row: its columns are as wide as its digits.
    strong: css({ fontWeight: theme.typography.fontWeightMedium }),
    error: css({ color: theme.colors.error.text }),
    track: css({
      position: 'relative',
      height: theme.spacing(1.25),
      [NARROW]: { position: 'absolute', left: 0, right: 0, bottom: 0, height: theme.spacing(0.375) },
    }),
    bar: css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      minWidth: theme.spacing(0.25),
      maxWidth: '100%',
      borderRadius: theme.shape.radius.default,
      background: 'var(--bar)',
    }),
    duration: css({ ...cell, textAlign: 'right', color: theme.colors.text.secondary }),
    model: css({ color: theme.colors.text.secondary, [NARROW]: { display: 'none' } }),
    tokens: css({ textAlign: 'right', color: theme.colors.text.secondary, [NARROW]: { display: 'none' } }),
    cost: css({ ...cell, textAlign: 'right' }),
    tones: {
      request: tone(theme.colors.border.strong),
      call: tone(theme.colors.primary.main),
      pending: tone(theme.colors.warning.main),
      repeat: tone(theme.colors.border.medium, { color: theme.colors.text.secondary }),
      step: tone(theme.colors.border.medium, { color: theme.colors.text.secondary }),
    },
  };
};
