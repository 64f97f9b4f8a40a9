import { Combobox, MultiCombobox, RadioButtonGroup } from '@grafana/ui';
import React from 'react';
import { DIMENSIONS } from '../../api/wire';
import { isVariable } from '../interpolateText';
import { DIMENSION_LABELS, INTERVAL_LABELS, PERIOD_LABELS, RANK_BY_LABELS } from '../labels';
import { RANK_BY, type UsageQuery } from '../query';
import { conditionOf, filterOf } from './condition';
import { CountInput } from './CountInput';
import { EditorField, EditorRow } from './EditorField';
import { Filters } from './Filters';
import { MeasuresField } from './MeasuresField';
import { buttonsOf, optionsOf } from './options';
import type { FieldsProps } from './fieldsProps';
import { orVariables } from './variableOptions';

const GROUPS = optionsOf(DIMENSION_LABELS);
const INTERVALS = optionsOf(INTERVAL_LABELS);
const PERIODS = optionsOf(PERIOD_LABELS);

const COMPARISONS = [
  { value: 'none', label: 'Off' },
  {
    value: 'previous_period',
    label: 'Previous period',
    description: 'The same stretch of the day, week, month or year before; else the time just before',
  },
] as const;

const RANKS = buttonsOf(RANK_BY_LABELS, RANK_BY);

const FORMATS = [
  { value: 'time_series', label: 'Time series', description: 'One line per group and measure' },
  {
    value: 'table',
    label: 'Table',
    description: 'One row per time and group, with coverage beside any cost',
  },
] as const;

/** The backend's limit. */
const MOST_GROUPS = 100;

export function UsageFields({ api, query, range, onChange }: FieldsProps<UsageQuery>) {
  const isRankedByChange = query.compare === 'previous_period' && query.rankBy !== 'value';
  return (
    <>
      <EditorRow>
        <MeasuresField measures={query.measures} onChange={(measures) => onChange({ measures })} />
        <EditorField label="Group by" grow={2}>
          {({ 'aria-labelledby': labelledBy }) => (
            <MultiCombobox
              aria-labelledby={labelledBy}
              options={orVariables(GROUPS)}
              value={query.groupBy}
              placeholder="Everything together"
              isClearable
              onChange={(chosen) => onChange({ groupBy: chosen.map(({ value }) => value) })}
            />
          )}
        </EditorField>
      </EditorRow>
      <ConditionsOnDimensions api={api} query={query} range={range} onChange={onChange} />
      <EditorRow>
        <EditorField label="Time">
          {(ids) => (
            <Combobox
              {...ids}
              options={PERIODS}
              value={query.period}
              onChange={({ value }) => onChange({ period: value })}
            />
          )}
        </EditorField>
        <EditorField label="Interval">
          {(ids) => (
            <Combobox
              {...ids}
              options={orVariables(INTERVALS, 'interval')}
              value={query.interval}
              onChange={({ value }) => onChange({ interval: value })}
            />
          )}
        </EditorField>
        <CountInput
          label={isRankedByChange ? 'Top groups' : 'Top groups, rest as “other”'}
          value={query.top}
          max={MOST_GROUPS}
          optional
          placeholder="All groups"
          disabled={query.groupBy.length === 0}
          onCommit={(top) => onChange({ top })}
        />
        <EditorField label="Compare" grow={0}>
          {({ id }) => (
            <RadioButtonGroup
              id={id}
              aria-label="Compare"
              options={[...COMPARISONS]}
              value={query.compare}
              onChange={(compare) => onChange({ compare })}
            />
          )}
        </EditorField>
        {query.compare === 'previous_period' && (
          <EditorField label="Rank groups by" grow={0} error={rankError(query)}>
            {({ id }) => (
              <RadioButtonGroup
                id={id}
                aria-label="Rank groups by"
                options={RANKS}
                value={query.rankBy}
                disabled={query.groupBy.length === 0}
                onChange={(rankBy) => onChange({ rankBy })}
              />
            )}
          </EditorField>
        )}
        <EditorField label="Format" grow={0}>
          {({ id }) => (
            <RadioButtonGroup
              id={id}
              aria-label="Format"
              options={[...FORMATS]}
              value={query.format}
              onChange={(format) => onChange({ format })}
            />
          )}
        </EditorField>
      </EditorRow>
    </>
  );
}

/** The same as the query itself tells when it runs, beside the field that has to be changed. */
const rankError = ({ rankBy, interval, groupBy }: UsageQuery): string | null =>
  rankBy === 'value' || groupBy.length === 0 || interval === 'none' || isVariable(interval)
    ? null
    : 'By change: set the interval to “Whole time range”';

/** The filters of what is summed or counted by dimensions. */
export function ConditionsOnDimensions({
  api,
  query,
  range,
  onChange,
}: FieldsProps<Pick<UsageQuery, 'filters'>>) {
  return (
    <Filters
      api={api}
      fields={DIMENSIONS}
      filters={query.filters.map(conditionOf)}
      range={range}
      onChange={(filters) => onChange({ filters: filters.map(filterOf) })}
    />
  );
}
