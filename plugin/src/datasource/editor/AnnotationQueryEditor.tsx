import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Alert, MultiCombobox, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { ANNOTATION_KIND_LABELS } from '../labels';
import type { AnnotationsQuery, TokenledgerQuery } from '../query';
import { EditorField } from './EditorField';
import { optionsOf } from './options';
import type { EditorProps } from './QueryEditor';
import { readQuery } from './readQuery';
import { Summary } from './Summary';
import { ConditionsOnDimensions } from './UsageFields';

const KINDS = optionsOf(ANNOTATION_KIND_LABELS);

/** Which events a dashboard marks: prices that changed, pending calls that got a cost, closed days that changed. */
export function AnnotationQueryEditor({ query: saved, ...props }: EditorProps) {
  const read = useMemo(() => readQuery({ ...saved, queryType: 'annotations' } as TokenledgerQuery), [saved]);
  if ('problem' in read) {
    return <Alert title="This annotation cannot be edited">{read.problem}</Alert>;
  }
  return <ReadEditor {...props} query={read.query as AnnotationsQuery} />;
}

type ReadProps = Omit<EditorProps, 'query'> & { query: AnnotationsQuery };

function ReadEditor({ datasource, query, range, onChange, onRunQuery }: ReadProps) {
  const styles = useStyles2(getStyles);
  const update = (change: Partial<AnnotationsQuery>) => {
    onChange({ ...query, ...change });
    onRunQuery();
  };
  return (
    <div className={styles.editor}>
      <EditorField label="Show" error={query.kinds.length === 0 ? 'Choose at least one kind of event' : null}>
        {({ 'aria-labelledby': labelledBy }) => (
          <MultiCombobox
            aria-labelledby={labelledBy}
            options={KINDS}
            value={query.kinds}
            placeholder="Choose kinds of events"
            invalid={query.kinds.length === 0}
            onChange={(chosen) => update({ kinds: chosen.map(({ value }) => value) })}
          />
        )}
      </EditorField>
      <ConditionsOnDimensions api={datasource.api} query={query} range={range} onChange={update} />
      <Summary query={query} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  editor: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1.5) }),
});
