import { createServer } from 'node:http';
import { context, propagation, trace } from '@opentelemetry/api';

/** Runs `work`; every span from here on carries the tags, in this service and in those it calls. */
function withTags(tags, work) {
  // The span of the incoming request has begun before its customer was known.
  trace.getActiveSpan()?.setAttributes(tags);
  // New baggage: what a browser may have sent is not passed on.
  const entries = Object.entries(tags).map(([key, value]) => [key, { value }]);
  const baggage = propagation.createBaggage(Object.fromEntries(entries));
  return context.with(propagation.setBaggage(context.active(), baggage), work);
}

const server = createServer(async (request, response) => {
  // Your own sign-in says who asks; here a few headers stand for it.
  const tags = {
    'app.org.id': decodeURIComponent(request.headers['x-customer']),
    'app.assistant.id': 'support-bot',
    'app.query.type': 'chat',
    'gen_ai.conversation.id': request.headers['x-conversation'],
  };
  const answer = await withTags(tags, () => fetch(process.env.ANSWER_URL, { method: 'POST', body: 'hi' }));
  // With it anybody can look the request up: GET /api/v1/traces/{trace_id}.
  response.setHeader('x-trace-id', trace.getActiveSpan()?.spanContext().traceId ?? '');
  response.end(await answer.text());
});
server.listen(process.env.PORT, '127.0.0.1', () => console.log(server.address().port));
