import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { organisationLink, type ValueLink } from './links.js';
import { SQL, TOKENLEDGER } from './sources.js';

/** What a table without rows says, unless told otherwise. A single cell without a value is a dash all the same. */
const EMPTY = 'Nothing in this time range.';
const CELL_WITHOUT_VALUE: DynamicConfigValue = { id: 'noValue', value: '–' };

export const table = (title: string, description: string, query: Builder<Dataquery>): TableBuilder =>
  new TableBuilder()
    .title(title)
    .description(description)
    .datasource(TOKENLEDGER)
    .withTarget(query)
    .noValue(EMPTY)
    .overrideByRegexp('/.*/', [CELL_WITHOUT_VALUE])
    .height(9)
    // Grafana's own least is 150: ten columns would not fit a screen.
    .minWidth(70)
    .overrideByName('model', [width(210)])
    .overrideByName('started_at', [width(165)])
    .overrideByName('org_id', [links(organisationLink)])
    .overrideByName('coverage', [
      decimals(2),
      { id: 'custom.width', value: 95 },
      {
        id: 'thresholds',
        value: {
          mode: 'absolute',
          steps: [
            { value: null, color: 'orange' },
            { value: 1, color: 'text' },
          ],
        },
      },
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
    ])
    .overrideByName('pending_calls', [{ id: 'custom.width', value: 110 }]);

/** A table over the schema `reporting`. */
export const sqlTable = (title: string, description: string, query: Builder<Dataquery>): TableBuilder =>
  new TableBuilder()
    .title(title)
    .description(description)
    .datasource(SQL)
    .withTarget(query)
    .noValue(EMPTY)
    .overrideByRegexp('/.*/', [CELL_WITHOUT_VALUE])
    .height(8);

export const links = (...value: ValueLink[]): DynamicConfigValue => ({ id: 'links', value });
export const decimals = (value: number): DynamicConfigValue => ({ id: 'decimals', value });
export const unit = (value: string): DynamicConfigValue => ({ id: 'unit', value });
export const width = (value: number): DynamicConfigValue => ({ id: 'custom.width', value });
export const named = (value: string): DynamicConfigValue => ({ id: 'displayName', value });
export const hidden: DynamicConfigValue = { id: 'custom.hidden', value: true };

/** A bar behind the number, so that the great ones are seen at a glance. */
export const gauge: readonly DynamicConfigValue[] = [
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
  { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
  { id: 'min', value: 0 },
  // Not by the greatest number of all columns.
  { id: 'fieldMinMax', value: true },
];

/** By the name a reader sees. */
export const sortedBy = (displayName: string, desc = true): TableSortByFieldStateBuilder[] => [
  new TableSortByFieldStateBuilder().displayName(displayName).desc(desc),
];
