import { createDataFrame, FieldType, type DataFrame, type Labels } from '@grafana/data';
import type { Measure, UsageRow } from '../../api/wire';
import { MEASURE_LABELS } from '../labels';
import { OTHER } from '../none';
import { groupKey, groupLabels, isMoney, numberOf, withoutCalls } from './group';
import type { Period } from '../time/period';
import { presentTime, timeOf, timesOf, type UsageResult } from './usageContext';
import { isKnown, pairsOf, type Pair } from './usagePairs';

/** Dashed, so that it is not taken for the present. */
const PREVIOUS_STYLE = { lineStyle: { fill: 'dash', dash: [8, 8] }, fillOpacity: 0, lineWidth: 1 };

interface Series {
  readonly labels: Labels;
  readonly isRest: boolean;
  readonly rows: Map<number, UsageRow>;
}

/**
 * One frame per group and measure, the greatest group first and the rest last. Every interval of the period has a point: where
 * the backend has none there were no calls, which is 0 for a number of calls and null (a gap) for everything else.
 */
export function usageSeries(result: UsageResult): DataFrame[] {
  const { answer, period, previous } = result;
  if (previous !== null && result.interval === null) return pairSeries(result, previous.period);
  const present = seriesOf(answer.rows, (row) => timeOf(row, period), result);
  const times = timesOf(result, answer.rows);
  const frames = present.flatMap((series) =>
    result.measures.map((measure) => frameOf(result, series, measure, times)),
  );
  if (previous === null) return frames;
  const before = seriesOf(previous.answer.rows, presentTime(result), result);
  const shifted = before.flatMap((series) =>
    result.measures.map((measure) => previousFrame(result, series, measure)),
  );
  return [...frames, ...shifted];
}

/**
 * Of whole periods one series per group and measure with two points, the value before and the present one: a stat panel shows the
 * last, and its percent change is from the first. Where one of them is not known there is the present one only, which then has
 * no change: the last known value would be the old one.
 */
function pairSeries(result: UsageResult, previous: Period): DataFrame[] {
  const pairs = pairsOf(result);
  const series = pairs.map((pair): Series & { pair: Pair } => ({
    labels: { ...groupLabels(pair.group, result.groupBy) },
    isRest: pair.group.other === true,
    rows: new Map(pair.now ? [[result.period.from, pair.now]] : []),
    pair,
  }));
  const [first] = result.measures;
  const ordered = result.ranked || !first ? series : sorted(series, first);
  return ordered.flatMap((one) =>
    result.measures.map((measure) => {
      const times = isKnown(one.pair, measure) ? [previous.from, result.period.from] : [result.period.from];
      const rows = new Map(one.rows);
      if (one.pair.before) rows.set(previous.from, one.pair.before);
      return frameOf(result, { ...one, rows }, measure, times);
    }),
  );
}

function seriesOf(
  rows: readonly UsageRow[],
  time: (row: UsageRow) => number,
  { groupBy, measures }: UsageResult,
): Series[] {
  const found = new Map<string, Series>();
  for (const row of rows) {
    const key = groupKey(row, groupBy);
    const series = found.get(key) ?? {
      labels: { ...groupLabels(row, groupBy) },
      isRest: row.other === true,
      rows: new Map<number, UsageRow>(),
    };
    series.rows.set(time(row), row);
    found.set(key, series);
  }
  const [first] = measures;
  return first ? sorted([...found.values()], first) : [];
}

/** The order of a legend needs no exactness, so ratios may be added up as well. */
function sorted<S extends Series>(series: S[], measure: Measure): S[] {
  const size = ({ rows }: Series): number =>
    [...rows.values()].reduce((total, row) => total + (numberOf(row[measure]) ?? 0), 0);
  const sizes = new Map(series.map((one) => [one, size(one)]));
  return series.sort(
    (a, b) =>
      Number(a.isRest) - Number(b.isRest) ||
      (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0) ||
      nameOf(a.labels).localeCompare(nameOf(b.labels)),
  );
}

const nameOf = (labels: Labels): string => Object.values(labels).join(' · ');

function displayName(
  { labels, isRest }: Series,
  measure: Measure,
  { measures, groupBy }: UsageResult,
): string {
  const { label } = MEASURE_LABELS[measure];
  if (groupBy.length === 0) return label;
  const group = isRest ? OTHER : nameOf(labels);
  return measures.length === 1 ? group : `${group}: ${label}`;
}

function frameOf(result: UsageResult, series: Series, measure: Measure, times: readonly number[]): DataFrame {
  const links = isMoney(measure)
    ? result.costLinks({ isRest: series.isRest, labels: series.isRest ? {} : series.labels })
    : undefined;
  return timeFrame(result, measure, displayName(series, measure, result), {
    labels: series.labels,
    points: times.map((time) => [time, valueAt(series, measure, time)]),
    config: links ? { links } : {},
  });
}

function previousFrame(result: UsageResult, series: Series, measure: Measure): DataFrame {
  const points = [...series.rows.keys()].sort((a, b) => a - b);
  return timeFrame(result, measure, `${displayName(series, measure, result)} (previous)`, {
    labels: { ...series.labels, period: 'previous' },
    points: points.map((time) => [time, valueAt(series, measure, time)]),
    config: { custom: PREVIOUS_STYLE },
  });
}

function valueAt({ rows }: Series, measure: Measure, time: number): number | null {
  const row = rows.get(time);
  return row ? numberOf(row[measure]) : withoutCalls(measure);
}

function timeFrame(
  { refId }: UsageResult,
  measure: Measure,
  name: string,
  { labels, points, config }: { labels: Labels; points: Array<[number, number | null]>; config: object },
): DataFrame {
  return createDataFrame({
    refId,
    name,
    fields: [
      {
        name: 'time',
        type: FieldType.time,
        values: points.map(([time]) => time),
        config: { displayNameFromDS: 'Time' },
      },
      {
        name: measure,
        type: FieldType.number,
        labels,
        values: points.map(([, value]) => value),
        config: { displayNameFromDS: name, unit: MEASURE_LABELS[measure].unit, ...config },
      },
    ],
  });
}
