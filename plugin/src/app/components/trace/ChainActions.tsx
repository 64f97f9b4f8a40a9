import React from 'react';
import { Button, ClipboardButton, LinkButton } from '@grafana/ui';
import type { TraceTotals } from '../../../api/wire';
import { DEFAULTS } from '../../../datasource/query';
import { SOURCE_TYPE, useEnvironment } from '../../environment';
import { explorePath, hrefOf } from '../../../links/paths';
import { useSource } from '../../source/SourceContext';

interface Props {
  chain: 'request' | 'conversation';
  id: string;
  /** Once it is loaded. */
  totals: TraceTotals | undefined;
  onRefresh: () => void;
}

/** So much time around the chain that Explore surely finds it. */
const MARGIN_MS = 60_000;

export function ChainActions({ chain, id, totals, onRefresh }: Props) {
  const environment = useEnvironment();
  const { source } = useSource();
  const mayExplore = environment.may('datasources:explore');
  return (
    <>
      <ClipboardButton variant="secondary" icon="copy" getText={() => id}>
        Copy id
      </ClipboardButton>
      {mayExplore && totals && (
        <LinkButton
          variant="secondary"
          icon="compass"
          href={hrefOf(
            explorePath(
              { uid: source.uid, type: SOURCE_TYPE },
              { ...DEFAULTS.trace, chain, id },
              rangeAround(totals),
            ),
          )}
        >
          Open in Explore
        </LinkButton>
      )}
      <Button variant="secondary" icon="sync" aria-label="Refresh" tooltip="Refresh" onClick={onRefresh} />
    </>
  );
}

function rangeAround({ started_at: startedAt, duration_ms: ms }: TraceTotals): { from: string; to: string } {
  const start = Date.parse(startedAt);
  return { from: String(start - MARGIN_MS), to: String(Math.ceil(start + ms) + MARGIN_MS) };
}
