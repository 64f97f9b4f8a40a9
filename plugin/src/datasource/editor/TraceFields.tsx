import { RadioButtonGroup, Text } from '@grafana/ui';
import React from 'react';
import type { CostQuery, TraceQuery } from '../query';
import { CommitInput } from './CommitInput';
import { EditorField, EditorRow } from './EditorField';
import type { FieldsProps } from './fieldsProps';

const CHAINS = [
  { value: 'request', label: 'Request', description: 'All calls of one trace' },
  { value: 'conversation', label: 'Conversation', description: 'All requests of one conversation' },
] as const;

const FORMATS = [
  {
    value: 'trace',
    label: 'Waterfall',
    description: 'For a trace panel: what came after what, and how long it took',
  },
  { value: 'table', label: 'Table', description: 'A row for each step, with what it cost' },
] as const;

export function TraceFields({ query, onChange }: Pick<FieldsProps<TraceQuery>, 'query' | 'onChange'>) {
  const isRequest = query.chain === 'request';
  return (
    <EditorRow>
      <EditorField label="Chain of" grow={0}>
        {({ id }) => (
          <RadioButtonGroup
            id={id}
            aria-label="Chain of"
            options={[...CHAINS]}
            value={query.chain}
            onChange={(chain) => onChange({ chain, id: '' })}
          />
        )}
      </EditorField>
      <EditorField label="Shown as" grow={0}>
        {({ id }) => (
          <RadioButtonGroup
            id={id}
            aria-label="Shown as"
            options={[...FORMATS]}
            value={query.format}
            onChange={(format) => onChange({ format })}
          />
        )}
      </EditorField>
      <IdField
        label={isRequest ? 'Trace id' : 'Conversation id'}
        placeholder={isRequest ? '32 characters, or $variable' : 'Conversation id, or $variable'}
        value={query.id}
        onCommit={(id) => onChange({ id })}
      />
      {query.id === '' && <WhereIdsAre />}
    </EditorRow>
  );
}

export function CostFields({ query, onChange }: Pick<FieldsProps<CostQuery>, 'query' | 'onChange'>) {
  return (
    <EditorRow>
      <IdField
        label="Trace id"
        placeholder="32 characters, or $variable"
        value={query.traceId}
        onCommit={(traceId) => onChange({ traceId })}
      />
      <IdField
        label="Span id"
        placeholder="16 characters, or $variable"
        value={query.spanId}
        onCommit={(spanId) => onChange({ spanId })}
      />
      {(query.traceId === '' || query.spanId === '') && <WhereIdsAre />}
    </EditorRow>
  );
}

const WhereIdsAre = () => (
  <Text element="p" color="secondary" variant="bodySmall">
    A query of the kind “Calls” lists calls with their ids, each with a link to its request.
  </Text>
);

interface IdProps {
  label: string;
  placeholder: string;
  value: string;
  onCommit: (id: string) => void;
}

function IdField({ label, placeholder, value, onCommit }: IdProps) {
  return (
    <EditorField label={label} grow={2}>
      {(ids) => (
        <CommitInput
          {...ids}
          placeholder={placeholder}
          spellCheck={false}
          value={value}
          onCommit={onCommit}
        />
      )}
    </EditorField>
  );
}
