import type { UsageAnswer } from '../../api/wire';
import { isMoney } from '../frames/group';
import { hasUnknownChange } from '../frames/usagePairs';
import type { UsageResult } from '../frames/usageContext';
import { MEASURE_LABELS } from '../labels';
import type { ResolvedUsageQuery } from '../query';
import type { RunContext } from './answer';
import { MOST_ROWS } from './complete';
import { rowsCoverage, usageCoverage, type Remarks } from './coverage';
import type { Period } from '../time/period';
import { selectionName } from './selection';

/** An instant of the API, to be read. */
const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

/** What has to be said beside the numbers of a usage query. */
export function usageRemarks(query: ResolvedUsageQuery, result: UsageResult, asked: RunContext): Remarks {
  const { answer, previous, period, zone } = result;
  const notes: string[] = [];
  if (zone.name !== asked.zone.name)
    notes.push('Days are those of UTC: of a time so long ago only they are kept.');
  if (isWidened(answer, period)) {
    const { from, to } = answer.meta;
    notes.push(
      `Counted from ${minuteOf(from)} to ${minuteOf(to)}: of a time so long ago single events are not kept.`,
    );
  }
  if (previous && isWidened(previous.answer, previous.period)) {
    const { from, to } = previous.answer.meta;
    notes.push(`The previous period is counted from ${minuteOf(from)} to ${minuteOf(to)}.`);
  }
  if (previous && result.interval === null && query.format === 'time_series' && hasUnknownChange(result)) {
    notes.push('Where one of the periods is not known, Grafana shows a change of 0 %.');
  }
  if (answer.meta.truncated || previous?.answer.meta.truncated) {
    notes.push(`Only the first ${MOST_ROWS.toLocaleString('en-US')} rows are shown.`);
  }
  if (previous && answer.rows.some(({ other }) => other)) {
    notes.push('The previous period is shown for the greatest groups only.');
  }
  notes.push(...rankedNotes(query, result));
  if (answer.meta.distinct_method === 'sum_of_daily_distinct') {
    notes.push('Conversations and users are counted once per UTC day.');
  }
  if (!query.measures.some((measure) => isMoney(measure) || measure === 'coverage')) {
    return { coverage: [], notes };
  }
  const filters = query.filters.map(({ dimension, ...filter }) => ({ name: dimension, ...filter }));
  const coverage = [usageCoverage(selectionName(period, filters), answer.totals)];
  if (previous) coverage.push(usageCoverage(selectionName(previous.period, filters), previous.answer.totals));
  return {
    coverage,
    notes,
    ...(previous && { compared: { now: counted(answer), before: counted(previous.answer) } }),
  };
}

const isWidened = ({ meta }: UsageAnswer, { from, to }: Period): boolean =>
  Date.parse(meta.from) < from || Date.parse(meta.to) > to;

/** Of the groups that are compared: the rest is not. */
const counted = ({ rows }: UsageAnswer) => rowsCoverage(rows.filter(({ other }) => !other));

function rankedNotes({ rankBy, measures: [first] }: ResolvedUsageQuery, { ranked }: UsageResult): string[] {
  if (ranked === null || rankBy === 'value' || first === undefined) return [];
  const count = (number: number): string =>
    `${number.toLocaleString('en-US')} ${number === 1 ? 'group' : 'groups'}`;
  const { label } = MEASURE_LABELS[first];
  const { keys, changed, unknown } = ranked;
  const verb = { change: 'changed', rise: 'rose', fall: 'fell' }[rankBy];
  return [
    keys.length < changed ? `Shown are ${keys.length} of ${count(changed)} that ${verb} (${label}).` : '',
    unknown > 0
      ? `${count(unknown)} left out: nothing is known of their ${label} in one of the periods.`
      : '',
  ].filter(Boolean);
}
