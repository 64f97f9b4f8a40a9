import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { MultiCombobox, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { ANNOTATION_KIND_LABELS } from '../labels';
import { migrateQuery } from '../migrate';
import { DEFAULTS, type AnnotationsQuery } from '../query';
import { EditorField } from './EditorField';
import { optionsOf } from './options';
import type { EditorProps } from './QueryEditor';
import { Summary } from './Summary';
import { ConditionsOnDimensions } from './UsageFields';

const KINDS = optionsOf(ANNOTATION_KIND_LABELS);

/** Which events a dashboard marks: prices that changed, pending calls that got a cost, closed days that changed. */
export function AnnotationQueryEditor({
  datasource,
  query: saved,
  range,
  onChange,
  onRunQuery,
}: EditorProps) {
  const styles = useStyles2(getStyles);
  const query = useMemo((): AnnotationsQuery => {
    const read = migrateQuery({ ...saved, queryType: 'annotations' });
    return read.queryType === 'annotations' ? read : { refId: saved.refId, ...DEFAULTS.annotations };
  }, [saved]);
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
