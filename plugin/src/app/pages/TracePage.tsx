import React, { useMemo } from 'react';
import { useParams } from 'react-router-dom';
import { AppPage } from '../components/AppPage';
import { LoadedContent } from '../components/Section';
import { ChainActions } from '../components/trace/ChainActions';
import { ChainView } from '../components/trace/ChainView';
import { isNotFound, NotFound } from '../components/trace/NotFound';
import { requestRows } from '../components/trace/waterfall';
import { shortId } from '../format/id';
import { useLoad } from '../load/useLoad';
import { useSource } from '../source/SourceContext';

/** One request from end to end: its steps, what each cost, and why. */
export function TracePage() {
  const { traceId = '' } = useParams();
  const { api } = useSource();
  const loaded = useLoad(useMemo(() => api.trace(traceId), [api, traceId]));
  const trace = loaded.stale ? undefined : loaded.value;
  const rows = useMemo(() => requestRows(trace?.spans ?? []), [trace]);
  return (
    <AppPage
      pageNav={{ text: `Request ${shortId(traceId)}` }}
      subTitle="What each step cost, and why"
      actions={<ChainActions chain="request" id={traceId} totals={trace?.totals} onRefresh={loaded.reload} />}
    >
      {isNotFound(loaded.error) ? (
        <NotFound what="request" />
      ) : (
        <LoadedContent loaded={loaded} what="the request" lines={12}>
          {(value) => <ChainView chain={value} rows={rows} label="Steps of the request" linksConversation />}
        </LoadedContent>
      )}
    </AppPage>
  );
}
