import { css } from '@emotion/css';
import { type GrafanaTheme2, type QueryEditorHelpProps } from '@grafana/data';
import { Button, Text, useStyles2 } from '@grafana/ui';
import React from 'react';
import { DEFAULTS, type QuerySettings, type TokenledgerQuery } from './query';

interface Example {
  title: string;
  explanation: string;
  query: QuerySettings;
}

const EXAMPLES: readonly Example[] = [
  {
    title: 'What does each customer cost?',
    explanation: 'Cost per organisation over time: the ten greatest, and the rest as “other”.',
    query: DEFAULTS.usage,
  },
  {
    title: 'Which models cost more than before?',
    explanation: 'Cost, calls and cost per call of each model, beside the period before.',
    query: {
      ...DEFAULTS.usage,
      measures: ['cost_usd', 'calls', 'cost_per_call'],
      groupBy: ['provider', 'model'],
      interval: 'none',
      top: null,
      compare: 'previous_period',
      format: 'table',
    },
  },
  {
    title: 'Whose cost changed most?',
    explanation:
      'The ten organisations that rose or fell most since the period before, new and stopped ones among them.',
    query: {
      ...DEFAULTS.usage,
      interval: 'none',
      compare: 'previous_period',
      rankBy: 'change',
      format: 'table',
    },
  },
  {
    title: 'Which calls have no cost yet, and why?',
    explanation: 'The newest pending calls, each with its reason and a link to its request.',
    query: { ...DEFAULTS.calls, filters: [{ field: 'cost_status', operator: '=', values: ['pending'] }] },
  },
];

/** Shown by Grafana beside the editor, when one asks for help. */
export function QueryHelp({ query, onClickExample }: QueryEditorHelpProps<TokenledgerQuery>) {
  const styles = useStyles2(getStyles);
  const use = (settings: QuerySettings) =>
    onClickExample({ refId: query.refId, datasource: query.datasource, ...settings });
  return (
    <div className={styles.help}>
      <Text element="h3" variant="h5">
        Start with an example
      </Text>
      <ul className={styles.examples}>
        {EXAMPLES.map(({ title, explanation, query: settings }) => (
          <li key={title}>
            <Button variant="secondary" size="sm" onClick={() => use(settings)}>
              {title}
            </Button>
            <Text color="secondary" variant="bodySmall">
              {explanation}
            </Text>
          </li>
        ))}
      </ul>
      <Text element="h3" variant="h5">
        Good to know
      </Text>
      <ul className={styles.facts}>
        <li>
          A cost counts the calls that have one. <strong>Coverage</strong> tells how many do; the others are
          pending, never zero.
        </li>
        <li>
          Filters take template variables, such as <code>$organisation</code>, with one value or many. So do
          measures, groups and the interval: give the variable names such as <code>model</code> or{' '}
          <code>cost_usd</code>.
        </li>
        <li>
          The previous period of today, this week, month or year so far is the same part of the one before:
          the 10th of March at noon is compared with the 10th of February at noon, and the 31st with all of
          February.
        </li>
        <li>
          A <strong>stat</strong> panel shows a value and its change in percent: choose the whole time range,
          compare with the previous period as time series, and turn on “Show percent change” in the panel.
          With the time “Today” or “This month” it is that, whatever time range the dashboard shows.
        </li>
        <li>
          <strong>Calls</strong> lists single calls: follow the link of one to its request, and to how its
          cost comes about.
        </li>
      </ul>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  help: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  examples: css({
    listStyle: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    '& li': { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(0.5, 1) },
  }),
  facts: css({ margin: theme.spacing(0, 0, 0, 2), color: theme.colors.text.secondary }),
});
