import { css } from '@emotion/css';
import { type GrafanaTheme2, type QueryEditorProps } from '@grafana/data';
import { Combobox, useStyles2 } from '@grafana/ui';
import React from 'react';
import type { TokenledgerDataSource } from '../datasource';
import { DIMENSION_LABELS } from '../labels';
import type { TokenledgerOptions, TokenledgerQuery, VariableQuery } from '../query';
import { EditorField } from './EditorField';
import { optionsOf } from './options';
import { ConditionsOnDimensions } from './UsageFields';

const DIMENSION_OPTIONS = optionsOf(DIMENSION_LABELS);

type Props = QueryEditorProps<TokenledgerDataSource, TokenledgerQuery, TokenledgerOptions, VariableQuery>;

/** What a dashboard's variable offers: the values of a dimension, narrowed by filters that may name other variables. */
export function VariableQueryEditor({ datasource, query: saved, range, onChange, onRunQuery }: Props) {
  const styles = useStyles2(getStyles);
  // A new variable comes with nothing, or with an empty text.
  const { dimension = 'org_id', filters = [] }: Partial<VariableQuery> = saved ?? {};
  const update = (change: Partial<VariableQuery>) => {
    onChange({ refId: 'variable', dimension, filters, ...change });
    onRunQuery();
  };
  return (
    <div className={styles.editor}>
      <EditorField label="Values of">
        {(ids) => (
          <Combobox
            {...ids}
            options={DIMENSION_OPTIONS}
            value={dimension}
            onChange={({ value }) => update({ dimension: value })}
          />
        )}
      </EditorField>
      <ConditionsOnDimensions api={datasource.api} query={{ filters }} range={range} onChange={update} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  editor: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    maxWidth: theme.spacing(80),
  }),
});
