import { Input } from '@grafana/ui';
import React, { useState, type ComponentProps, type KeyboardEvent } from 'react';

interface Props extends Omit<ComponentProps<typeof Input>, 'value' | 'onChange' | 'onBlur' | 'onKeyDown'> {
  value: string;
  onCommit: (text: string) => void;
}

/** An input that tells its text when the reader is done with it (Enter, or leaving it); Escape takes back what was typed. */
export function CommitInput({ value, onCommit, ...props }: Props) {
  const [draft, setDraft] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setDraft(value);
  }
  const commit = () => {
    const text = draft.trim();
    setDraft(text);
    if (text !== value) {
      onCommit(text);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      commit();
    } else if (event.key === 'Escape' && draft !== value) {
      event.stopPropagation();
      setDraft(value);
    }
  };
  return (
    <Input
      {...props}
      value={draft}
      onChange={({ currentTarget }) => setDraft(currentTarget.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
