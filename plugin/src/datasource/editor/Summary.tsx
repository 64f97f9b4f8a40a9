import { Text } from '@grafana/ui';
import React from 'react';
import { describeQuery } from '../describeQuery';
import type { TokenledgerQuery } from '../query';

/** The query in one sentence; a screen reader tells it after each change. */
export function Summary({ query }: { query: TokenledgerQuery }) {
  return (
    <div aria-live="polite" data-testid="tokenledger-summary">
      <Text color="secondary" variant="bodySmall">
        {describeQuery(query)}
      </Text>
    </div>
  );
}
