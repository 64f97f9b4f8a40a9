import type { ComboboxOption } from '@grafana/ui';
import { useCallback, useEffect, useRef } from 'react';
import type { Api } from '../../api/client';
import { DIMENSIONS, type EventField } from '../../api/wire';
import { fixedValues, loadValues, type ValueScope } from './loadValues';
import { variableOptions } from './variableOptions';

/**
 * What a picker of values asks for its options. The function stays the same while only time range and other filters
 * change, because the picker would forget its waiting search with every new one.
 */
export function useValueOptions(
  api: Pick<Api, 'dimensionValues'>,
  field: EventField,
  scope: ValueScope,
): (search: string) => Promise<ComboboxOption[]> {
  const latest = useRef(scope);
  useEffect(() => {
    latest.current = scope;
  });
  return useCallback(
    async (search: string) => {
      const variables = variableOptions(search);
      const dimension = DIMENSIONS.find((name) => name === field);
      if (dimension) {
        return [...variables, ...(await loadValues(api, dimension, latest.current, search))];
      }
      const text = search.toLowerCase();
      const fixed = fixedValues(field) ?? [];
      return [...variables, ...fixed.filter(({ label }) => label?.toLowerCase().includes(text))];
    },
    [api, field],
  );
}
