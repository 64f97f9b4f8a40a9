import type { Measure, UsageRow } from '../../api/wire';
import { changeOf } from './change';
import { groupKey } from './group';
import type { UsageResult } from './usageContext';

/** A group in both periods; undefined in the one in which it had no calls. */
export interface Pair {
  readonly key: string;
  /** Either of them, for its dimensions. */
  readonly group: UsageRow;
  readonly now: UsageRow | undefined;
  readonly before: UsageRow | undefined;
}

/** The groups of both whole periods, those that stopped too. The rest was of other groups then: it has no value before. */
export function pairsOf({ answer, previous, groupBy, ranked }: UsageResult): Pair[] {
  const keyed = (rows: readonly UsageRow[]) => new Map(rows.map((row) => [groupKey(row, groupBy), row]));
  const [now, before] = [keyed(answer.rows), keyed(previous?.answer.rows ?? [])];
  const keys = ranked?.keys ?? [...new Set([...now.keys(), ...before.keys()])];
  return keys.flatMap((key) => {
    const group = now.get(key) ?? before.get(key);
    const isRest = group?.other === true;
    return group ? [{ key, group, now: now.get(key), before: isRest ? undefined : before.get(key) }] : [];
  });
}

/** Whether both values of a pair are known. */
export const isKnown = ({ group, now, before }: Pair, measure: Measure): boolean =>
  group.other !== true && changeOf(measure, now, before) !== null;

export const hasUnknownChange = (result: UsageResult): boolean =>
  pairsOf(result).some((pair) => result.measures.some((measure) => !isKnown(pair, measure)));
