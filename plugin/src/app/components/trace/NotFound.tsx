import React from 'react';
import { EmptyState, LinkButton } from '@grafana/ui';
import { ApiError } from '../../../api/apiError';
import { hrefOf } from '../../../links/paths';
import { useSource } from '../../source/SourceContext';

/** The backend does not tell whether something exists that one may not see. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 404 && error.code.startsWith('no_such');

export function NotFound({ what }: { what: 'request' | 'conversation' }) {
  const { paths } = useSource();
  return (
    <EmptyState
      variant="not-found"
      message={`There is no ${what} with this id, or it is not yours to see`}
      role="alert"
      button={
        <LinkButton variant="secondary" href={hrefOf(paths.calls({}))}>
          Look through the calls
        </LinkButton>
      }
    >
      It may not have arrived yet, or be so old that its single calls are not kept any more: their cost stays
      in all totals.
    </EmptyState>
  );
}
