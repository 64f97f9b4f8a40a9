import React, { useMemo } from 'react';
import { useParams, useSearchParams } from 'react-router-dom';
import { AppPage } from '../components/AppPage';
import { LoadedContent } from '../components/Section';
import { ChainActions } from '../components/trace/ChainActions';
import { ChainView } from '../components/trace/ChainView';
import { isNotFound, NotFound } from '../components/trace/NotFound';
import { conversationRows } from '../components/trace/waterfall';
import { countText } from '../format/number';
import { shortId } from '../format/id';
import { useLoad } from '../load/useLoad';
import { useSource } from '../source/SourceContext';

/** All requests of a conversation, one after the other. */
export function ConversationPage() {
  const { conversationId = '' } = useParams();
  const [params] = useSearchParams();
  const orgId = params.get('org_id') ?? undefined;
  const { api } = useSource();
  const loaded = useLoad(
    useMemo(() => api.conversation(conversationId, orgId), [api, conversationId, orgId]),
  );
  const conversation = loaded.stale ? undefined : loaded.value;
  const rows = useMemo(
    () => (conversation ? conversationRows(conversation.spans, conversation.traces) : []),
    [conversation],
  );
  const requests = conversation?.traces.length;
  return (
    <AppPage
      pageNav={{ text: `Conversation ${shortId(conversationId)}` }}
      subTitle={
        requests === undefined ? ' ' : requests === 1 ? 'One request' : `${countText(requests)} requests`
      }
      actions={
        <ChainActions
          chain="conversation"
          id={conversationId}
          totals={conversation?.totals}
          onRefresh={loaded.reload}
        />
      }
    >
      {isNotFound(loaded.error) ? (
        <NotFound what="conversation" />
      ) : (
        <LoadedContent loaded={loaded} what="the conversation" lines={12}>
          {(value) => (
            <ChainView
              chain={value}
              rows={rows}
              label="Requests of the conversation"
              linksConversation={false}
            />
          )}
        </LoadedContent>
      )}
    </AppPage>
  );
}
