import React, { useMemo } from 'react';
import { Stack, Text } from '@grafana/ui';
import { AppPage } from '../components/AppPage';
import { FirstEvent } from '../components/home/FirstEvent';
import { JobsTable } from '../components/home/JobsTable';
import { PendingTable } from '../components/home/PendingTable';
import { SendData } from '../components/home/SendData';
import { StatusNotices } from '../components/home/StatusNotices';
import { StatusTiles } from '../components/home/StatusTiles';
import { LoadedContent, Section } from '../components/Section';
import { callsText } from '../format/number';
import { useLoad } from '../load/useLoad';
import { useTick } from '../load/useTick';
import { useSource } from '../source/SourceContext';

const REFRESH_MS = 30_000;

/** Is it working, what is not known yet, and how to send data. */
export function HomePage() {
  const { api } = useSource();
  const tick = useTick(REFRESH_MS);
  const status = useLoad(
    useMemo(() => api.status(), [api]),
    tick.count,
  );
  const you = status.stale ? undefined : status.value?.you;
  const isEmpty = !status.stale && status.value?.last_event === null;
  // Before the status says who asks nothing is asked that a customer may not; without a status the team sees what it can.
  const isTeam = status.error ? true : you?.audience === 'team';
  const sendData = (
    <Section title="Send data">
      <SendData mayChange={you?.may_change ?? false} />
    </Section>
  );

  return (
    <AppPage subTitle="What your AI calls cost, and what is not known yet">
      <Stack direction="column" gap={4} alignItems="stretch">
        <div>
          <LoadedContent loaded={status} what="the status" lines={4}>
            {(value) => (
              <>
                <StatusNotices status={value} />
                {isEmpty && <FirstEvent look={status.reload} />}
                <StatusTiles status={value} />
              </>
            )}
          </LoadedContent>
        </div>
        {isTeam && isEmpty && sendData}
        {isTeam && <JobsSection tick={tick.count} now={tick.now} />}
        <PendingSection tick={tick.count} now={tick.now} mayChange={you?.may_change ?? false} />
        {isTeam && !isEmpty && sendData}
      </Stack>
    </AppPage>
  );
}

function JobsSection({ tick, now }: { tick: number; now: number }) {
  const { api } = useSource();
  const jobs = useLoad(
    useMemo(() => api.jobs(), [api]),
    tick,
  );
  return (
    <Section title="Jobs" description="What the backend does by itself, every minute and at night.">
      <LoadedContent loaded={jobs} what="the jobs" lines={8}>
        {(value) => <JobsTable jobs={value.jobs} now={now} />}
      </LoadedContent>
    </Section>
  );
}

function PendingSection({ tick, now, mayChange }: { tick: number; now: number; mayChange: boolean }) {
  const { api } = useSource();
  const pending = useLoad(
    useMemo(() => api.pending(), [api]),
    tick,
  );
  return (
    <Section
      title="Pending"
      description={
        mayChange
          ? 'Calls that are not free, but have no price yet. Run a command where the backend runs: calls are priced as of their day, whatever their age.'
          : 'Calls that are not free, but have no price yet. Whoever runs the backend can resolve them as shown.'
      }
    >
      <LoadedContent loaded={pending} what="what is pending" lines={6}>
        {({ calls, groups }) =>
          groups.length === 0 ? (
            <Text element="p">Nothing is pending: every billable call has a price.</Text>
          ) : (
            <>
              <Text element="p" color="secondary">
                {`${callsText(calls)} in all`}
              </Text>
              <PendingTable groups={groups} now={now} mayChange={mayChange} />
            </>
          )
        }
      </LoadedContent>
    </Section>
  );
}
