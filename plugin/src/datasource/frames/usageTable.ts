import { createDataFrame, FieldType, type DataFrame, type FieldDTO } from '@grafana/data';
import type { Interval, Measure, UsageRow } from '../../api/wire';
import { DIMENSION_LABELS, MEASURE_LABELS } from '../labels';
import { changeOf, changeRatio } from './change';
import { groupKey, groupLabels, isMoney, numberOf, withoutCalls } from './group';
import { presentTime, timeOf, timesOf, type UsageResult } from './usageContext';

interface TableRow {
  readonly time: number;
  readonly labels: ReturnType<typeof groupLabels>;
  readonly isRest: boolean;
  /** Its place where groups are ranked by their change; else all have the same. */
  readonly rank: number;
  readonly row: UsageRow | undefined;
  readonly previous: UsageRow | undefined;
}

/**
 * One row per interval and group, and a column per measure. Beside any cost stand its coverage and the number of pending calls.
 * Intervals without calls have no row; what only the previous period has, has one.
 */
export function usageTable(result: UsageResult): DataFrame {
  const rows = tableRows(result);
  const hasRest = rows.some(({ isRest }) => isRest);
  const dimensions = result.groupBy.map((dimension): FieldDTO => ({
    name: dimension,
    type: FieldType.string,
    values: rows.map(({ labels }) => labels[dimension]),
    // "other" is no value that one could filter by.
    config: { displayNameFromDS: DIMENSION_LABELS[dimension].label, filterable: !hasRest },
  }));
  const measures = withCoverage(result.measures).flatMap((measure) => measureColumns(result, rows, measure));
  return createDataFrame({
    refId: result.refId,
    meta: { preferredVisualisationType: 'table' },
    fields: [...timeColumn(result.interval, rows), ...dimensions, ...measures],
  });
}

export function withCoverage(measures: readonly Measure[]): Measure[] {
  return [...new Set<Measure>([...measures, ...(measures.some(isMoney) ? COVERAGE : [])])];
}

const COVERAGE: readonly Measure[] = ['coverage', 'pending_calls'];

const TIME_UNITS: Readonly<Record<Interval, string | undefined>> = {
  '15m': undefined,
  '1h': undefined,
  '1d': 'time:YYYY-MM-DD',
  '1w': 'time:YYYY-MM-DD',
  '1mo': 'time:YYYY-MM',
};

function timeColumn(interval: Interval | null, rows: readonly TableRow[]): FieldDTO[] {
  if (interval === null) return [];
  const config = { displayNameFromDS: 'Time', unit: TIME_UNITS[interval] };
  return [{ name: 'time', type: FieldType.time, values: rows.map(({ time }) => time), config }];
}

function measureColumns(result: UsageResult, rows: readonly TableRow[], measure: Measure): FieldDTO[] {
  const { label, unit } = MEASURE_LABELS[measure];
  const column = (name: string, displayNameFromDS: string, pick: (row: TableRow) => number | null) => ({
    name,
    type: FieldType.number,
    values: rows.map(pick),
    config: { displayNameFromDS, unit },
  });
  const present = column(measure, label, ({ row }) => valueOf(row, measure));
  const linked = isMoney(measure)
    ? {
        ...present,
        config: {
          ...present.config,
          links: result.costLinks({ labels: null, isRest: rows.some(({ isRest }) => isRest) }),
        },
      }
    : present;
  return result.previous && result.measures.includes(measure)
    ? [linked, ...comparison(rows, measure)]
    : [linked];
}

/** The value before, and what has changed since. The rest was of other groups then: it is not compared. */
function comparison(rows: readonly TableRow[], measure: Measure): FieldDTO[] {
  const { label, unit } = MEASURE_LABELS[measure];
  const columns = [
    {
      name: 'previous',
      label: 'previous',
      unit,
      pick: ({ previous }: TableRow) => valueOf(previous, measure),
    },
    {
      name: 'change',
      label: 'change',
      unit,
      pick: ({ row, previous }: TableRow) => changeOf(measure, row, previous),
    },
    {
      name: 'change_ratio',
      label: 'change in %',
      unit: 'percentunit',
      pick: ({ row, previous }: TableRow) => changeRatio(measure, row, previous),
    },
  ];
  return columns.map((column) => ({
    name: `${measure}_${column.name}`,
    type: FieldType.number,
    values: rows.map((row) => (row.isRest ? null : column.pick(row))),
    config: { displayNameFromDS: `${label}, ${column.label}`, unit: column.unit },
  }));
}

const valueOf = (row: UsageRow | undefined, measure: Measure): number | null =>
  row ? numberOf(row[measure]) : withoutCalls(measure);

function tableRows(result: UsageResult): TableRow[] {
  const { answer, previous, groupBy, period } = result;
  const ranks = new Map(result.ranked?.keys.map((key, rank) => [key, rank]));
  const before = new Map<string, { time: number; row: UsageRow }>();
  if (previous) {
    const times = timesOf(result, answer.rows);
    const present = presentTime(result);
    for (const row of previous.answer.rows) {
      // The interval it falls in: where a period is not a multiple of its intervals, theirs begin elsewhere.
      const mapped = present(row);
      const start = lastStart(times, mapped) ?? mapped;
      const group = groupKey(row, groupBy);
      // It may have one interval more than the present one, as 10 days are in two weeks or in three.
      const time = before.has(`${start} ${group}`) ? mapped : start;
      before.set(`${time} ${group}`, { time, row });
    }
  }
  const rows = answer.rows.map((row): TableRow => {
    const time = timeOf(row, period);
    const key = `${time} ${groupKey(row, groupBy)}`;
    const match = before.get(key);
    before.delete(key);
    return { ...shown(row, time), row, previous: match?.row };
  });
  const gone = [...before.values()].map(({ time, row }): TableRow => ({
    ...shown(row, time),
    row: undefined,
    previous: row,
  }));
  return [...rows, ...gone].sort(
    (a, b) => a.time - b.time || Number(a.isRest) - Number(b.isRest) || a.rank - b.rank,
  );

  function shown(row: UsageRow, time: number) {
    const rank = ranks.get(groupKey(row, groupBy)) ?? 0;
    return { time, labels: groupLabels(row, groupBy), isRest: row.other === true, rank };
  }
}

/** The last of ascending starts that is not after an instant; by halving, as it is asked for every row. */
function lastStart(starts: readonly number[], instant: number): number | undefined {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Infinity) <= instant) low = middle + 1;
    else high = middle;
  }
  return starts[low - 1];
}
