import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';

// This client makes the span of each call itself. It would also send our trace id and baggage along: not outside.
const client = new Anthropic({ openTelemetry: { propagation: false } });

const server = createServer(async (request, response) => {
  const message = await client.messages.create({
    model: 'claude-sonnet-4-6',
    max_tokens: 1024,
    messages: [{ role: 'user', content: await text(request) }],
  });
  response.end(message.content[0]?.text);
});
server.listen(process.env.PORT, '127.0.0.1', () => console.log(server.address().port));
