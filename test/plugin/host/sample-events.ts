import { readTraces, restage } from '../../../scripts/demo/captures.mjs';
import { createClient } from '../../../scripts/demo/client.mjs';
import { createTraffic } from '../../../scripts/demo/traffic.mjs';

const DAYS = 3;

/** A request with several AI calls, sent for the tests that open a trace. */
export const TRACE_SEED = 'de30ffffffffffff';
export const CONVERSATION = 'acme-conversation';

/**
 * Three days of the demo's customers: real captured telemetry, among it calls whose price is not known.
 *
 * @returns the trace id of one request of `CONVERSATION`
 */
export async function sendSampleEvents(url: string, key: string): Promise<string> {
  const client = createClient(url, key);
  await createTraffic(client).playHistory(() => {}, DAYS);
  const largest = readTraces().reduce((best, trace) => (spans(trace) > spans(best) ? trace : best));
  const tags = {
    'app.org.id': 'acme',
    'app.assistant.id': 'support-bot',
    'gen_ai.conversation.id': CONVERSATION,
  };
  const body = restage(largest, { startsAt: Date.now() - 60_000, seed: TRACE_SEED, tags });
  await client.send('/v1/traces', body);
  return String(body.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId);
}

const spans = ({ resourceSpans }: ReturnType<typeof readTraces>[number]): number =>
  resourceSpans.reduce(
    (sum, { scopeSpans }) => sum + scopeSpans.reduce((n, scope) => n + scope.spans.length, 0),
    0,
  );
