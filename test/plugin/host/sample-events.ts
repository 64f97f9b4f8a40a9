import { readTraces, restage } from '../../../scripts/demo/captures.mjs';
import { createClient } from '../../../scripts/demo/client.mjs';
import { houseCallsOfDay } from '../../../scripts/demo/house-model.mjs';
import { pick, QUERY_TYPES, requestsOfDay, sequence } from '../../../scripts/demo/product.mjs';

const DAY_MS = 86_400_000;
const DAYS = 3;
const AT_ONCE = 8;

/** A request with several AI calls, sent for the tests that open a trace. */
export const TRACE_SEED = 'de30ffffffffffff';
export const CONVERSATION = 'acme-conversation';

/**
 * Three days of the demo's customers: real captured telemetry, among it calls whose price is not known.
 *
 * @returns the trace id of one request of `CONVERSATION`
 */
export async function sendSampleEvents(url: string, key: string): Promise<string> {
  const { send } = createClient(url, key);
  const random = sequence(20_261_122);
  const traces = readTraces();
  const now = Date.now();
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  let requests = 0;
  for (let dayStart = today - (DAYS - 1) * DAY_MS; dayStart <= today; dayStart += DAY_MS) {
    const bodies = requestsOfDay(dayStart, now, 1, random).map(({ organisation, startsAt }) => {
      requests += 1;
      return restage(pick(traces, random), {
        startsAt,
        seed: `de30${requests.toString(16).padStart(12, '0')}`,
        tags: {
          'app.org.id': organisation.id,
          'app.assistant.id': pick(organisation.assistants, random),
          'app.query.type': pick(QUERY_TYPES, random),
          'gen_ai.conversation.id': `${organisation.id}-${Math.floor(requests / 4)}`,
        },
      });
    });
    for (let index = 0; index < bodies.length; index += AT_ONCE)
      await Promise.all(bodies.slice(index, index + AT_ONCE).map((body) => send('/v1/traces', body)));
    const house = houseCallsOfDay(dayStart, now);
    if (house.length > 0) await send('/v1/events', house);
  }
  const largest = traces.reduce((best, trace) => (spans(trace) > spans(best) ? trace : best));
  const tags = {
    'app.org.id': 'acme',
    'app.assistant.id': 'support-bot',
    'gen_ai.conversation.id': CONVERSATION,
  };
  const body = restage(largest, { startsAt: now - 60_000, seed: TRACE_SEED, tags });
  await send('/v1/traces', body);
  return String(body.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId);
}

const spans = ({ resourceSpans }: ReturnType<typeof readTraces>[number]): number =>
  resourceSpans.reduce(
    (sum, { scopeSpans }) => sum + scopeSpans.reduce((n, scope) => n + scope.spans.length, 0),
    0,
  );
