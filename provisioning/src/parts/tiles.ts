import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  PercentChangeColorMode,
  ReduceDataOptionsBuilder,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { Filter, Measure } from '../../../plugin/src/api/wire.js';
import { MEASURE_LABELS } from '../../../plugin/src/datasource/labels.js';
import type { UsagePeriod } from '../../../plugin/src/datasource/query.js';
import { dashboardLink, UID, type ValueLink } from './links.js';
import { sql, usage } from './query.js';
import { SQL, TOKENLEDGER } from './sources.js';

interface Tile {
  readonly title: string;
  readonly description: string;
  readonly measure: Measure;
  readonly filters?: Filter[];
  readonly period?: UsagePeriod;
  /** More of it is good news: use, as against cost. */
  readonly isGood?: boolean;
}

/** One number of the time range. */
export const tile = ({
  title,
  description,
  measure,
  filters = [],
  period = 'dashboard',
}: Tile): StatBuilder =>
  bigNumber(title, description, usage({ measures: [measure], filters, period }))
    // Beside a cost the answer has its coverage: the tile shows the measure alone.
    .reduceOptions(
      new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields(`/^${MEASURE_LABELS[measure].label}$/`),
    )
    .unit(MEASURE_LABELS[measure].unit);

/** One number and how much it has changed against the previous period: the same part of the previous day or month. */
export const changeTile = ({
  title,
  description,
  measure,
  filters = [],
  period = 'dashboard',
  isGood = false,
}: Tile): StatBuilder =>
  bigNumber(
    title,
    description,
    usage({ measures: [measure], filters, period, compare: 'previous_period', format: 'time_series' }),
  )
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .unit(MEASURE_LABELS[measure].unit)
    .showPercentChange(true)
    .percentChangeColorMode(isGood ? PercentChangeColorMode.Standard : PercentChangeColorMode.Inverted)
    // One link, in place of the data source's two: beside a menu of links Grafana 12.2 leaves the change out (BigValue.tsx).
    .withOverride(withLink(MEASURE_LABELS[measure].group === 'Cost' ? drivers : use));

const bigNumber = (title: string, description: string, query: Builder<Dataquery>): StatBuilder =>
  new StatBuilder()
    .title(title)
    .description(description)
    .datasource(TOKENLEDGER)
    .withTarget(query)
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.None)
    .textMode(BigValueTextMode.Value)
    // One size for all, or each number fills its tile, and a change below it is cut off.
    .text(new VizTextDisplayOptionsBuilder().valueSize(38).percentSize(16))
    .noValue('–')
    .height(4);

type Step = [value: number | null, color: string];

const steps = (...values: Step[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(values.map(([value, color]) => ({ value, color })));

const health: ValueLink = dashboardLink('What is pending, and why', UID.health);
const drivers: ValueLink = dashboardLink('What drives it', UID.drivers);
const use: ValueLink = dashboardLink('Who uses it', UID.usage);
const withLink = (link: ValueLink) => ({
  matcher: { id: 'byType', options: 'number' },
  properties: [{ id: 'links', value: [link] }],
});

/** Since midnight, this month, and of the time range: each against the same stretch before. */
export const costToday = (filters: Filter[] = []): StatBuilder =>
  changeTile({
    title: 'Cost today',
    description: 'Since midnight UTC, against the same hours of yesterday.',
    measure: 'cost_usd',
    filters,
    period: 'today',
  });

export const costThisMonth = (filters: Filter[] = []): StatBuilder =>
  changeTile({
    title: 'This month',
    description: 'Since the first of the month, against the same part of last month.',
    measure: 'cost_usd',
    filters,
    period: 'this_month',
  });

export const costOfRange = (filters: Filter[] = []): StatBuilder =>
  changeTile({
    title: 'Cost',
    description: 'Of the time range, against the one before it.',
    measure: 'cost_usd',
    filters,
  });

/** What caches saved in the time range. */
export const cacheSavedTile = (filters: Filter[] = []): StatBuilder =>
  tile({
    title: 'Saved',
    description:
      'What the priced calls would have cost more without caches, each at its own price; negative where writing them was not worth it.',
    measure: 'cache_saved_usd',
    filters,
  });

/** How much of what is to be paid has a cost: green only where all of it has. */
export const coverageTile = (filters: Filter[] = []): StatBuilder =>
  tile({
    title: 'Coverage',
    description:
      'Share of the billable calls that have a cost. Below 100 % the true cost is higher than shown.',
    measure: 'coverage',
    filters,
  })
    .decimals(2)
    .colorMode(BigValueColorMode.Value)
    .thresholds(steps([null, 'red'], [0.9, 'orange'], [0.99, 'yellow'], [1, 'green']))
    .withOverride(withLink(health));

/** The same as a number of calls. */
export const pendingTile = (filters: Filter[] = []): StatBuilder =>
  tile({
    title: 'Pending calls',
    description: 'Billable calls whose cost is not known yet. They are in no cost, and are not free.',
    measure: 'pending_calls',
    filters,
  })
    .colorMode(BigValueColorMode.Value)
    .thresholds(steps([null, 'green'], [1, 'orange']))
    .withOverride(withLink(health));

interface SqlTile {
  readonly title: string;
  readonly description: string;
  /** Of one row with one number. */
  readonly query: string;
  readonly steps: Step[];
  readonly unit?: string;
}

/** One number of the schema `reporting`. */
export const sqlTile = ({
  title,
  description,
  query,
  steps: colours,
  unit = 'short',
}: SqlTile): StatBuilder =>
  bigNumber(title, description, sql(query))
    .datasource(SQL)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .unit(unit)
    .colorMode(BigValueColorMode.Value)
    .thresholds(steps(...colours));
