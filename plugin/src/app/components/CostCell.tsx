import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import type { CostQuality, LedgerEvent } from '../../api/wire';
import { COST_QUALITY_LABELS, COST_STATUS_LABELS, REASON_LABELS } from '../../datasource/labels';
import { exactMoneyText, moneyText, UNKNOWN } from '../format/money';

/** What stands before a cost that is not exact. */
const QUALITY_MARKS: Record<CostQuality, string> = {
  exact: '',
  upper_bound: '≤ ',
  lower_bound: '≥ ',
  estimated: '≈ ',
};

interface Props {
  event: Pick<LedgerEvent, 'cost_status' | 'cost_reason' | 'cost_quality' | 'cost_usd' | 'kind'>;
  /** Every digit, as a table of single calls shows it; else rounded, with every digit in the title. */
  exact?: boolean;
}

/** The cost of a call with its quality, or why there is none. */
export function CostCell({ event, exact = false }: Props) {
  const styles = useStyles2(getStyles);
  const { cost_status: status, cost_reason: reason, cost_quality: quality, cost_usd: cost } = event;
  const reasonLabel =
    reason === null ? undefined : (REASON_LABELS[reason] ?? { label: reason, description: '' });
  if (status === 'priced') {
    const title = `${exactMoneyText(cost)}. ${COST_QUALITY_LABELS[quality ?? 'exact'].description}.`;
    return (
      <span title={title}>
        {quality && QUALITY_MARKS[quality]}
        {exact ? exactMoneyText(cost).replace(' USD', '') : moneyText(cost)}
      </span>
    );
  }
  if (status === 'pending') {
    return (
      <span className={styles.pending} title={reasonLabel?.description}>
        <Icon name="clock-nine" size="sm" /> {reasonLabel?.label ?? COST_STATUS_LABELS.pending.label}
      </span>
    );
  }
  return (
    <span className={styles.muted} title={reasonLabel?.description}>
      {reasonLabel?.label ?? UNKNOWN}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  pending: css({ color: theme.colors.warning.text, whiteSpace: 'nowrap' }),
  muted: css({ color: theme.colors.text.secondary }),
});
