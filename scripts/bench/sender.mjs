import { Agent, request } from 'node:http';

/** Sends prepared bodies over a few keep-alive connections and reports the seconds until the last was acknowledged. */
process.once(
  'message',
  async (
    /** @type {{ url: string, kind: 'json' | 'otlp', bodies: Uint8Array[], clients: number, key: string }} */ job,
  ) => {
    const agent = new Agent({ keepAlive: true, maxSockets: job.clients });
    const path = job.kind === 'json' ? '/v1/events' : '/v1/traces';
    const type = job.kind === 'json' ? 'application/json' : 'application/x-protobuf';
    /** @param {Uint8Array} body */
    const post = (body) =>
      new Promise((resolve, reject) => {
        const headers = {
          'content-type': type,
          'content-length': body.length,
          authorization: `Bearer ${job.key}`,
        };
        const sent = request(job.url + path, { method: 'POST', agent, headers }, (response) => {
          response.resume();
          response.once('end', () =>
            response.statusCode === 200
              ? resolve(undefined)
              : reject(new Error(`status ${response.statusCode}`)),
          );
        });
        sent.once('error', reject);
        sent.end(body);
      });
    let next = 0;
    const client = async () => {
      for (let body = job.bodies[next++]; body; body = job.bodies[next++]) await post(body);
    };
    const started = process.hrtime.bigint();
    await Promise.all(Array.from({ length: job.clients }, client));
    process.send?.(Number(process.hrtime.bigint() - started) / 1e9);
    agent.destroy();
  },
);
