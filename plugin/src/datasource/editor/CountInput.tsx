import React, { useState, type ComponentProps } from 'react';
import { CommitInput } from './CommitInput';
import { EditorField } from './EditorField';

interface Props extends Pick<ComponentProps<typeof CommitInput>, 'placeholder' | 'disabled'> {
  label: string;
  value: number | null;
  max: number;
  /** Whether it may be left empty, which is told as null. */
  optional?: boolean;
  onCommit: (count: number | null) => void;
}

/** A whole number from 1 to `max`. What is not one is not told, but said to be wrong. */
export function CountInput({ label, value, max, optional = false, onCommit, ...input }: Props) {
  const [refused, setRefused] = useState<string | null>(null);
  const commit = (text: string) => {
    const count = text === '' && optional ? null : Number(text);
    const fits = count === null || (text !== '' && Number.isInteger(count) && count >= 1 && count <= max);
    setRefused(fits ? null : text);
    if (fits && count !== value) {
      onCommit(count);
    }
  };
  const error = refused === null ? null : `Type a whole number from 1 to ${max.toLocaleString('en')}`;
  return (
    <EditorField label={label} error={error}>
      {(ids) => (
        <CommitInput
          {...ids}
          {...input}
          inputMode="numeric"
          value={refused ?? value?.toString() ?? ''}
          invalid={refused !== null}
          onCommit={commit}
        />
      )}
    </EditorField>
  );
}
