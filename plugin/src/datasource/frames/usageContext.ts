import type { DataLink } from '@grafana/data';
import type { Dimension, Interval, Measure, UsageAnswer, UsageRow } from '../../api/wire';
import type { LinkedGroup } from '../links/links';
import { intervalEdges } from '../time/edges';
import type { Period, Previous } from '../time/period';
import type { Zone } from '../time/zone';

export interface RankedGroups {
  /** Keys of the groups that are shown, the first first. */
  readonly keys: readonly string[];
  /** How many groups have changed that way. */
  readonly changed: number;
  /** How many groups have no change to tell, as in one of the periods nothing is known of them. */
  readonly unknown: number;
}

/** An answer of the API with all that is needed to draw it. */
export interface UsageResult {
  readonly refId: string;
  readonly groupBy: readonly Dimension[];
  /** As asked for; an answer may hold more. */
  readonly measures: readonly Measure[];
  /** Null: one row per group for the whole period. */
  readonly interval: Interval | null;
  readonly period: Period;
  readonly zone: Zone;
  /** Unix ms: nothing is known of what is yet to come. */
  readonly now: number;
  readonly answer: UsageAnswer;
  readonly previous: { readonly answer: UsageAnswer; readonly period: Previous } | null;
  /** Where groups are ranked by their change: which, and of how many. */
  readonly ranked: RankedGroups | null;
  /** From a cost to the calls it is of, and to those missing in it. */
  readonly costLinks: (group: LinkedGroup) => DataLink[];
}

/** Starts of all intervals of the period that have begun; with whatever else the rows have. */
export function timesOf({ interval, period, zone, now }: UsageResult, rows: readonly UsageRow[]): number[] {
  const edges = interval === null ? [] : intervalEdges(interval, zone, period.from, Math.min(period.to, now));
  return [...new Set([...edges, ...rows.map((row) => timeOf(row, period))])].sort((a, b) => a - b);
}

/** Start of a row's interval; without intervals a row is about the whole period. */
export const timeOf = (row: UsageRow, period: Period): number =>
  row.time === undefined ? period.from : Date.parse(row.time);

/**
 * Where a row of the previous period lies in the present one. Days, weeks and months by their number, as months have
 * different lengths; hours by the clock on the wall, as days do when the clock is changed.
 */
export function presentTime({ interval, zone, period, previous }: UsageResult): (row: UsageRow) => number {
  if (previous === null || interval === null) return () => period.from;
  const toPresent = (row: UsageRow): number => previous.period.toPresent(timeOf(row, previous.period));
  if (interval === '15m' || interval === '1h') return toPresent;
  const now = intervalEdges(interval, zone, period.from, period.to);
  const before = intervalEdges(interval, zone, previous.period.from, previous.period.to);
  return (row) => now[before.indexOf(timeOf(row, previous.period))] ?? toPresent(row);
}
