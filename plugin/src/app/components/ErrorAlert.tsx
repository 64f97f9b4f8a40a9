import React from 'react';
import { Alert, Button, Stack, Text } from '@grafana/ui';
import { messageOf } from '../../api/apiError';

/** What failed, what to do, and a way to try again. */
export function ErrorAlert({
  title,
  error,
  onRetry,
}: {
  title: string;
  error: unknown;
  onRetry: () => void;
}) {
  return (
    <Alert severity="error" title={title}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <Text element="p">{messageOf(error)}</Text>
        <Button size="sm" variant="secondary" icon="sync" onClick={onRetry}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}
