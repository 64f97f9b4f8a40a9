import {
  BarAlignment,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { sql } from './query.js';
import { SQL, TOKENLEDGER } from './sources.js';

/** Neighbours differ; by name several of one panel would have nearly the same colour. */
const colours = (): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic);

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
    .colorScheme(colours())
    .tooltip(tooltip())
    .height(9);

/** Amounts that add up: bars on top of each other. */
export const stackedBars = (title: string, description: string): TimeseriesBuilder =>
  chart(title, description)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .axisSoftMin(0)
    .lineWidth(0)
    .barWidthFactor(0.85)
    // A bar stands on its day, not around the midnight at which it begins.
    .barAlignment(BarAlignment.After)
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
    // Ratios and percentiles of few calls are noise: days of a week, hours of two days.
    .maxDataPoints(100)
    .axisSoftMin(0)
    .legend(legend([]));
