import { css } from '@emotion/css';
import { type GrafanaTheme2, type QueryEditorProps } from '@grafana/data';
import { Alert, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React, { useMemo, useRef } from 'react';
import type { TokenledgerDataSource } from '../datasource';
import { QUERY_TYPE_LABELS } from '../labels';
import type { QueryType, TokenledgerOptions, TokenledgerQuery } from '../query';
import { CallsFields } from './CallsFields';
import type { FieldsProps } from './fieldsProps';
import { buttonsOf } from './options';
import { readQuery } from './readQuery';
import { Summary } from './Summary';
import { switchType, type LeftQueries } from './switchType';
import { CostFields, TraceFields } from './TraceFields';
import { UsageFields } from './UsageFields';

export type EditorProps = QueryEditorProps<TokenledgerDataSource, TokenledgerQuery, TokenledgerOptions>;

/** Annotations have an editor of their own. */
const QUERY_TYPES = buttonsOf(QUERY_TYPE_LABELS, ['usage', 'calls', 'trace', 'cost']);

/** The editor of a query in panels and Explore. Explore starts with a query that has nothing but its letter. */
export function QueryEditor({ query: saved, ...props }: EditorProps) {
  const read = useMemo(() => readQuery(saved), [saved]);
  if ('problem' in read) {
    return <Alert title="This query cannot be edited">{read.problem}</Alert>;
  }
  return <ReadQueryEditor {...props} query={read.query} />;
}

function ReadQueryEditor({ datasource, query, range, onChange, onRunQuery }: EditorProps) {
  const styles = useStyles2(getStyles);
  const left = useRef<LeftQueries>({});
  const update = (next: TokenledgerQuery) => {
    onChange(next);
    onRunQuery();
  };
  const onType = (type: QueryType) => {
    left.current = { ...left.current, [query.queryType]: query };
    update(switchType(query, type, left.current));
  };
  return (
    <div className={styles.editor}>
      <div>
        <RadioButtonGroup
          aria-label="Kind of query"
          options={QUERY_TYPES}
          value={query.queryType}
          onChange={onType}
        />
      </div>
      <Fields api={datasource.api} query={query} range={range} onChange={update} />
      <Summary query={query} />
    </div>
  );
}

interface Props extends Pick<FieldsProps<TokenledgerQuery>, 'api' | 'query' | 'range'> {
  onChange: (query: TokenledgerQuery) => void;
}

function Fields({ api, query, range, onChange }: Props) {
  switch (query.queryType) {
    case 'usage':
      return (
        <UsageFields
          api={api}
          query={query}
          range={range}
          onChange={(change) => onChange({ ...query, ...change })}
        />
      );
    case 'calls':
      return (
        <CallsFields
          api={api}
          query={query}
          range={range}
          onChange={(change) => onChange({ ...query, ...change })}
        />
      );
    case 'trace':
      return <TraceFields query={query} onChange={(change) => onChange({ ...query, ...change })} />;
    case 'cost':
      return <CostFields query={query} onChange={(change) => onChange({ ...query, ...change })} />;
    case 'annotations':
      return null;
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  editor: css({ display: 'flex', flexDirection: 'column', alignItems: 'stretch', gap: theme.spacing(1.5) }),
});
