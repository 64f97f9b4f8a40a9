import { createContext, useContext, useMemo } from 'react';
import type { Api } from '../../api/client';
import type { Source } from '../environment';
import { pathsFor, type Paths } from '../../links/paths';

export interface ChosenSource {
  source: Source;
  api: Api;
}

export const SourceContext = createContext<ChosenSource | undefined>(undefined);

/** The data source that the page asks. Inside SourceGate only. */
export function useSource(): ChosenSource & { paths: Paths } {
  const chosen = useContext(SourceContext);
  if (!chosen) {
    throw new Error('useSource is used outside SourceGate');
  }
  const paths = useMemo(() => pathsFor(chosen.source.uid), [chosen.source.uid]);
  return { ...chosen, paths };
}
