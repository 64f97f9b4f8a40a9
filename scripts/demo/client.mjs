import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A client like any other: nothing the demo prints comes from anywhere but the public API.
 *
 * @typedef {{ rows: import('./table.mjs').UsageRow[], totals: import('./table.mjs').UsageRow }} UsageAnswer
 * @param {string} url of the server @param {string | null} key needed where keyless use is off
 */
export function createClient(url, key = null) {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) };
  const post = (/** @type {string} */ path, /** @type {object} */ body) =>
    fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const failure = async (/** @type {Response} */ response) =>
    new Error(`${response.status} ${await response.text()}`);

  return {
    /** As an exporter does: a request that is not taken is sent again when the server says so. @param {string} path @param {object} body */
    async send(path, body) {
      for (;;) {
        const response = await post(path, body);
        if (response.ok) return;
        if (response.status !== 429 && response.status !== 503) throw await failure(response);
        await sleep(Number(response.headers.get('retry-after') ?? 1) * 1000);
      }
    },

    /** A key for Grafana's data source: alone it opens nothing. @returns {Promise<string>} */
    async makeGrafanaKey() {
      const response = await post('/api/v1/keys', { name: 'grafana', scopes: ['grafana'] });
      if (!response.ok) throw await failure(response);
      return /** @type {{ token: string }} */ (await response.json()).token;
    },

    /** @param {object} question @returns {Promise<UsageAnswer>} */
    async query(question) {
      const response = await post('/api/v1/query', question);
      if (!response.ok) throw await failure(response);
      return /** @type {never} */ (await response.json());
    },
  };
}
