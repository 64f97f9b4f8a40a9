import type { Dimension, Measure, UsageRow } from '../../api/wire';
import { changeOf } from '../frames/change';
import { groupKey } from '../frames/group';
import type { RankedGroups } from '../frames/usageContext';
import type { RankBy } from '../query';

const SIZE: Readonly<Record<Exclude<RankBy, 'value'>, (change: number) => number>> = {
  change: Math.abs,
  rise: (change) => change,
  fall: (change) => -change,
};

/** Of all groups of both periods, those that changed most: who is new and who stopped among them. */
export function rankByChange(
  rows: readonly UsageRow[],
  previous: readonly UsageRow[],
  asked: {
    readonly groupBy: readonly Dimension[];
    readonly measure: Measure;
    readonly rankBy: Exclude<RankBy, 'value'>;
    /** Null: all of them. */
    readonly top: number | null;
  },
): RankedGroups {
  const keyed = (list: readonly UsageRow[]) =>
    new Map(list.map((row) => [groupKey(row, asked.groupBy), row]));
  const [now, before] = [keyed(rows), keyed(previous)];
  const changes = [...new Set([...now.keys(), ...before.keys()])].map((key) => ({
    key,
    change: changeOf(asked.measure, now.get(key), before.get(key)),
  }));
  const moved = changes
    .flatMap(({ key, change }) => (change === null ? [] : [{ key, size: SIZE[asked.rankBy](change) }]))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size || (a.key < b.key ? -1 : 1));
  return {
    keys: moved.slice(0, asked.top ?? moved.length).map(({ key }) => key),
    changed: moved.length,
    unknown: changes.filter(({ change }) => change === null).length,
  };
}
