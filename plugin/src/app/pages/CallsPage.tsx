import React, { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { TimeZone } from '@grafana/schema';
import { Alert, Button, RadioButtonGroup, Stack, Text, TimeRangePicker } from '@grafana/ui';
import { defer, throwError } from 'rxjs';
import type { EventSearchAnswer } from '../../api/wire';
import { COST_STATUS_LABELS } from '../../datasource/labels';
import { AppPage } from '../components/AppPage';
import { AddFilter } from '../components/calls/AddFilter';
import {
  LIMITS,
  readCallsState,
  searchOf,
  withFilter,
  withOrder,
  withValue,
  writeCallsState,
  type CallsState,
} from '../components/calls/callsState';
import { CallsTable } from '../components/calls/CallsTable';
import { CallsTotals } from '../components/calls/CallsTotals';
import { FilterPills } from '../components/calls/FilterPills';
import { ErrorAlert } from '../components/ErrorAlert';
import { Skeleton } from '../components/Skeleton';
import { callsText, countText } from '../format/number';
import { LAST_DAY, rawRangeOf, readRange, shiftedRange, zoomedOut, type RawRange } from '../format/timeRange';
import { useLoad } from '../load/useLoad';
import { useSource } from '../source/SourceContext';

/** The list of calls that other pages and dashboards link to. The address holds all of its state. */
export function CallsPage() {
  const { api } = useSource();
  const [params, setParams] = useSearchParams();
  const [timeZone, setTimeZone] = useState<TimeZone>();
  const state = useMemo(() => readCallsState(params), [params]);
  const change = (next: CallsState) => setParams((before) => writeCallsState(next, before));

  const search = useMemo(
    // What is relative to now is read again with every reload.
    () =>
      defer(() => {
        const range = readRange(state, timeZone);
        return range ? api.searchEvents(searchOf(state, range)) : throwError(() => new Error(UNREADABLE));
      }),
    [api, state, timeZone],
  );
  const loaded = useLoad(search);

  return (
    <AppPage
      subTitle="Single calls to models, what each cost, and which wait for a price"
      actions={
        <RangeActions
          state={state}
          timeZone={timeZone}
          onRange={(range) => change({ ...state, ...range })}
          onTimeZone={setTimeZone}
          onRefresh={loaded.reload}
        />
      }
    >
      <Stack direction="column" gap={2} alignItems="stretch">
        <Filters state={state} timeZone={timeZone} onChange={change} />
        {loaded.error !== undefined && (
          <ErrorAlert title="Could not load the calls" error={loaded.error} onRetry={loaded.reload} />
        )}
        {loaded.value === undefined
          ? loaded.error === undefined && <Skeleton lines={12} label="Loading the calls" />
          : loaded.error === undefined && (
              <Answer
                answer={loaded.value}
                stale={loaded.stale}
                state={state}
                timeZone={timeZone}
                onChange={change}
              />
            )}
      </Stack>
    </AppPage>
  );
}

const UNREADABLE =
  'The time range in the address cannot be read. Choose one above; from and to are Unix milliseconds or such as now-24h.';

interface RangeActionsProps {
  state: CallsState;
  timeZone: TimeZone | undefined;
  onRange: (range: RawRange) => void;
  onTimeZone: (timeZone: TimeZone) => void;
  onRefresh: () => void;
}

function RangeActions({ state, timeZone, onRange, onTimeZone, onRefresh }: RangeActionsProps) {
  const range = readRange(state, timeZone) ?? readRange(LAST_DAY, timeZone);
  if (!range) {
    return null;
  }
  return (
    <>
      <TimeRangePicker
        value={range}
        timeZone={timeZone}
        onChange={(chosen) => onRange(rawRangeOf(chosen))}
        onChangeTimeZone={onTimeZone}
        onMoveBackward={() => onRange(shiftedRange(range, -1))}
        onMoveForward={() => onRange(shiftedRange(range, 1))}
        onZoom={() => onRange(zoomedOut(range, Date.now()))}
      />
      <Button variant="secondary" icon="sync" aria-label="Refresh" tooltip="Refresh" onClick={onRefresh} />
    </>
  );
}

interface ListProps {
  state: CallsState;
  timeZone: TimeZone | undefined;
  onChange: (state: CallsState) => void;
}

const STATUS_OPTIONS = [
  { value: 'all', label: 'All' },
  ...(['priced', 'pending', 'unbilled'] as const).map((value) => ({ value, ...COST_STATUS_LABELS[value] })),
];

function Filters({ state, timeZone, onChange }: ListProps) {
  const status = state.filters.find(({ field }) => field === 'cost_status')?.values;
  return (
    <Stack direction="column" gap={1} alignItems="stretch">
      <Stack gap={2} wrap="wrap" alignItems="center">
        <RadioButtonGroup<string>
          aria-label="Cost status"
          options={STATUS_OPTIONS}
          value={status?.length === 1 ? status[0] : status ? undefined : 'all'}
          onChange={(value) => onChange(withFilter(state, 'cost_status', value === 'all' ? [] : [value]))}
        />
        <AddFilter
          state={state}
          range={readRange(state, timeZone)}
          onAdd={(field, value) => onChange(withValue(state, field, value))}
        />
      </Stack>
      <FilterPills filters={state.filters} onRemove={(field) => onChange(withFilter(state, field, []))} />
    </Stack>
  );
}

function Answer({
  answer: { events, truncated, totals },
  stale,
  state,
  timeZone,
  onChange,
}: ListProps & { answer: EventSearchAnswer; stale: boolean }) {
  if (events.length === 0) {
    return (
      <Alert severity="info" title="No calls match">
        Choose a longer time range, or take a filter away.
      </Alert>
    );
  }
  const greatest = LIMITS[LIMITS.length - 1];
  return (
    <>
      <CallsTotals totals={totals} />
      <CallsTable
        events={events}
        state={state}
        timeZone={timeZone}
        stale={stale}
        onSort={(by) => onChange(withOrder(state, by))}
      />
      {truncated && (
        <Stack gap={2} alignItems="center" wrap="wrap">
          <Text color="secondary">
            {`The first ${countText(events.length)} of ${callsText(totals.calls)}; the totals are of all.`}
          </Text>
          {state.limit < greatest && (
            <Button variant="secondary" size="sm" onClick={() => onChange({ ...state, limit: greatest })}>
              Show up to {countText(greatest)}
            </Button>
          )}
        </Stack>
      )}
    </>
  );
}
