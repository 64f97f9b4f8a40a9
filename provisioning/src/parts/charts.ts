import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Dimension, Filter, Measure } from '../../../plugin/src/api/wire.js';
import { MEASURE_LABELS } from '../../../plugin/src/datasource/labels.js';
import type { OrVariable } from '../../../plugin/src/datasource/query.js';
import { sql, usage } from './query.js';
import { SQL, TOKENLEDGER } from './sources.js';

/** A name has the same colour in every panel and whatever is filtered. */
const colourByName = (): FieldColorBuilder =>
  new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

const legend = (calcs: string[]): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(calcs.length > 0 ? LegendDisplayMode.Table : LegendDisplayMode.List)
    .placement(calcs.length > 0 ? LegendPlacement.Right : LegendPlacement.Bottom)
    .calcs(calcs);

const tooltip = (): VizTooltipOptionsBuilder =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

const chart = (title: string, description: string): TimeseriesBuilder =>
  new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(TOKENLEDGER)
    .colorScheme(colourByName())
    .tooltip(tooltip())
    .height(9);

/** Amounts that add up: bars on top of each other. */
export const stackedBars = (title: string, description: string): TimeseriesBuilder =>
  chart(title, description)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0)
    .barWidthFactor(0.85)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .legend(legend([]));

/** Stacked bars over the schema `reporting`; the query gives time, metric and one value. */
export const sqlBars = (title: string, description: string, rawSql: string): TimeseriesBuilder =>
  stackedBars(title, description)
    .datasource(SQL)
    .withTarget(sql(rawSql, 'time_series'))
    .noValue('None in this time range.');

/** What does not add up: ratios, percentiles, prices. A gap stays a gap: it is not known. */
export const lines = (title: string, description: string): TimeseriesBuilder =>
  chart(title, description)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Auto)
    .axisSoftMin(0)
    .legend(legend([]));

interface Ranking {
  readonly title: string;
  readonly description: string;
  readonly measure: Measure;
  readonly groupBy: OrVariable<Dimension>;
  readonly filters?: Filter[];
  readonly top?: number;
}

/** The greatest groups as bars beneath each other, and the rest as one: they add up to the whole. */
export const ranking = ({
  title,
  description,
  measure,
  groupBy,
  filters = [],
  top = 8,
}: Ranking): BarGaugeBuilder =>
  new BarGaugeBuilder()
    .title(title)
    .description(description)
    .datasource(TOKENLEDGER)
    .withTarget(usage({ measures: [measure], groupBy: [groupBy], filters, top }))
    .reduceOptions(
      new ReduceDataOptionsBuilder()
        .values(true)
        .limit(top + 1)
        .calcs([])
        .fields(`/^${MEASURE_LABELS[measure].label}$/`),
    )
    .unit(MEASURE_LABELS[measure].unit)
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .namePlacement(BarGaugeNamePlacement.Left)
    .sizing(BarGaugeSizing.Manual)
    .minVizHeight(16)
    .maxVizHeight(24)
    .showUnfilled(false)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue'))
    .noValue('–')
    .height(9);
