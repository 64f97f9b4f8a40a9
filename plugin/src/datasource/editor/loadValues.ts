import { type TimeRange } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import type { ComboboxOption } from '@grafana/ui';
import { firstValueFrom } from 'rxjs';
import { messageOf } from '../../api/apiError';
import type { Api } from '../../api/client';
import type { Dimension, DimensionValues, EventField, Filter } from '../../api/wire';
import { interpolateFilter } from '../interpolateFilter';
import { VALUE_LABELS } from '../labels';
import { NONE } from '../none';
import { periodOf, wireTimes } from '../time/period';
import { optionsOf } from './options';

/** What the values of a picker are counted over. */
export interface ValueScope {
  range: TimeRange | undefined;
  filters: Filter[];
}

/** More than anybody scrolls through: beyond them one types. */
const MOST_VALUES = 100;

/** The values of a field that is not free text, or undefined. */
export function fixedValues(field: EventField): ComboboxOption[] | undefined {
  const labels = VALUE_LABELS[field];
  return labels && optionsOf(labels);
}

/**
 * The values of a dimension that contain the text, by number of calls. Never rejects: that a value is missing, and why,
 * is told as an option that cannot be chosen.
 */
export async function loadValues(
  api: Pick<Api, 'dimensionValues'>,
  dimension: Dimension,
  { range, filters }: ValueScope,
  search: string,
): Promise<ComboboxOption[]> {
  const templates = getTemplateSrv();
  try {
    const request = {
      ...(range && wireTimes(periodOf(range))),
      ...(search && { q: search }),
      filters: filters.flatMap((filter) =>
        interpolateFilter(filter, (text, format) => templates.replace(text, undefined, format)),
      ),
      limit: MOST_VALUES,
    };
    return describeValues(await firstValueFrom(api.dimensionValues(dimension, request)), search);
  } catch (error) {
    return [hint('The values could not be loaded', messageOf(error))];
  }
}

function describeValues({ values, truncated }: DimensionValues, search: string): ComboboxOption[] {
  const options = values.map(({ value, calls }) => valueOption(value ?? NONE, calls));
  if (options.length === 0) {
    return search
      ? [hint('No such value in this time range', 'Another time range, or fewer filters, may have it')]
      : [hint('No values in this time range', 'Another time range may have some, or type one')];
  }
  return truncated ? [...options, hint('There are more', 'Type a part of the value to find it')] : options;
}

function valueOption(value: string, calls: number): ComboboxOption {
  const count = calls.toLocaleString('en');
  return { value, label: value, description: calls === 1 ? '1 call' : `${count} calls`, group: 'Values' };
}

const hint = (label: string, description: string): ComboboxOption => ({
  // Not a value that could be meant: it is only the key of the row.
  value: `\u0000${label}`,
  label,
  description,
  group: 'Values',
  infoOption: true,
});
