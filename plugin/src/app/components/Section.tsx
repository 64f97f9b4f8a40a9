import React, { useId, type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { Loaded } from '../load/useLoad';
import { ErrorAlert } from './ErrorAlert';
import { Skeleton } from './Skeleton';

interface SectionProps {
  title: string;
  description?: ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page with a heading that screen readers can jump to. */
export function Section({ title, description, actions, children }: SectionProps) {
  const styles = useStyles2(getStyles);
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className={styles.section}>
      <Stack justifyContent="space-between" alignItems="baseline" wrap="wrap" gap={1}>
        <div>
          <Text element="h2" variant="h4" id={titleId}>
            {title}
          </Text>
          {description && (
            <Text element="p" color="secondary">
              {description}
            </Text>
          )}
        </div>
        {actions}
      </Stack>
      {children}
    </section>
  );
}

interface LoadedContentProps<T> {
  loaded: Loaded<T>;
  /** What could not be loaded, for example "the jobs". */
  what: string;
  /** Height of the skeleton, in lines of text. */
  lines?: number;
  children: (value: T) => ReactNode;
}

/** Skeleton, then content; an error stands above what was known before. */
export function LoadedContent<T>({ loaded, what, lines, children }: LoadedContentProps<T>) {
  const { value, error, stale, reload } = loaded;
  return (
    <>
      {error !== undefined && <ErrorAlert title={`Could not load ${what}`} error={error} onRetry={reload} />}
      {value !== undefined && !stale
        ? children(value)
        : error === undefined && <Skeleton lines={lines} label={`Loading ${what}`} />}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1.5), minWidth: 0 }),
});
