import { createRandom } from './random.mjs';
import { dayOf, DAY_MS } from './recount.mjs';
import { runJob } from './jobs.mjs';
import { createTrouble } from './trouble.mjs';
import { jsonEvent, otlpBody, usageBody } from './telemetry.mjs';
import { BOUND, PROVIDER } from './world.mjs';

/**
 * Plays a simulated day: people change prices, senders send, the night's jobs run, and things break meanwhile.
 *
 * @typedef {import('./world.mjs').Delivery} Delivery
 * @typedef {import('./world.mjs').Told} Told
 */
const SENDERS = 4;
const MOST_PER_REQUEST = 30;

/**
 * @param {import('./simulate.mjs').SimulationOptions & {
 *   product: import('./product.mjs').Product, recount: import('./recount.mjs').Recount,
 *   database: import('./database.mjs').Database, retentionDays: number }} deps
 */
export async function createPlayer({ product, recount, database, retentionDays, ...options }) {
  const random = createRandom(options.seed ^ 0x5eed);
  const keys = await makeKeys(product);
  let newest = 0;
  /** What the jobs take for now. */
  let now = 0;
  /** The UTC days of what was sent of each trace. @type {Map<string, Set<number>>} */
  const daysOfTrace = new Map();
  const trouble = createTrouble({ ...options, product, database, random });

  /** @param {string} traceId */
  const daysOf = (traceId) => {
    const days = daysOfTrace.get(traceId) ?? new Set();
    daysOfTrace.set(traceId, days);
    return days;
  };

  /** @param {Delivery[]} deliveries of one key and kind */
  const send = async (deliveries) => {
    const items = deliveries.flatMap(({ items: told }) => told);
    const [first] = items;
    if (!first) return;
    const key = first.span.boundOrgId === null ? undefined : keys.get(first.span.boundOrgId);
    const otlp = deliveries[0]?.otlp === true;
    const { status, body } = otlp
      ? await product.call('POST', '/v1/traces', otlpBody(items), key)
      : await product.call('POST', '/v1/events', items.map(jsonEvent), key);
    const refused = otlp ? body?.partialSuccess?.rejectedSpans : body?.errors?.length;
    if (status !== 200 || refused) throw new Error(`refused: ${status} ${JSON.stringify(body)}`);
    recount.accept(items);
    for (const { span } of items) {
      newest = Math.max(newest, span.startedAt);
      daysOf(span.traceId).add(dayOf(span.startedAt));
    }
  };

  /** @param {readonly Delivery[]} deliveries */
  const sendAll = async (deliveries) => {
    const requests = inRequests(deliveries, random);
    const sender = async () => {
      for (let request = requests.shift(); request; request = requests.shift()) await send(request);
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
  };

  /** @param {import('./price-plan.mjs').PriceEntry} entry */
  const recordPrice = async (entry) => {
    const body = {
      ...{ provider: PROVIDER, model: entry.model, org_id: entry.orgId, prices: entry.prices },
      ...{ effective_from: new Date(entry.from).toISOString(), note: 'simulation' },
    };
    const answer = await product.call('POST', '/api/v1/prices', body);
    if (answer.status >= 300) throw new Error(`price: ${answer.status} ${JSON.stringify(answer.body)}`);
    recount.price(entry);
  };

  /** @param {import('./world.mjs').Correction} correction */
  const correct = async ({ span, version }) => {
    const usage = span.usages[version];
    if (!usage || !recount.knows(span)) return;
    const realm = span.boundOrgId === null ? 'team' : `org:${span.boundOrgId}`;
    const path = `/api/v1/events/${span.traceId}/${span.spanId}/usage?realm=${realm}&started_at=${new Date(span.startedAt).toISOString()}`;
    const answer = await product.call('PUT', path, usageBody(usage));
    if (answer.status !== (recount.isGone(span) ? 410 : 200))
      throw new Error(`usage: ${answer.status} ${JSON.stringify(answer.body)}`);
    recount.correct(span, version);
  };

  /** @param {import('./price-plan.mjs').WriteOff} writeOff */
  const giveUp = async ({ model, before }) => {
    const body = { model, before: new Date(before).toISOString(), note: 'simulation' };
    for (let complete = false; !complete;) {
      const answer = await product.call('POST', '/api/v1/pending/write-off', body);
      if (answer.status !== 200)
        throw new Error(`write-off: ${answer.status} ${JSON.stringify(answer.body)}`);
      complete = answer.body.complete;
    }
    recount.writeOff(({ span }) => span.model === model && span.startedAt < before);
  };

  /**
   * Whether a delivery tells of days that are about to be retired: its own, those of its traces, and those of the other
   * tellers of its calls. While the night's jobs run the answer would depend on who comes first.
   * @param {Delivery} delivery
   */
  const isAtStake = ({ items }) =>
    items
      .flatMap(({ span }) => [span, ...(span.entry?.tellers ?? [])])
      .flatMap(({ traceId, startedAt }) => [dayOf(startedAt), ...daysOf(traceId)])
      .some((day) => day >= recount.floor() && day <= dayOf(newest) - (retentionDays - 1) * DAY_MS);

  return {
    cuts: trouble.cuts,
    now: () => now,
    /** @param {number} day @param {import('./price-plan.mjs').Decisions} decisions @param {import('./world.mjs').Day} sent */
    async day(day, decisions, sent) {
      trouble.begin(day);
      const atStake = new Set(sent.deliveries.filter(isAtStake));
      // Who a call belongs to is told after the last settle before its day goes. (A call told then would keep the price
      // that one replica knew.)
      const inTheEvening = [...atStake].filter(({ items }) =>
        items.every(({ span }) => span.role === 'step'),
      );
      const atNight = sent.deliveries.filter((delivery) => !atStake.has(delivery) && random.chance(0.15));
      const later = new Set([...inTheEvening, ...atNight]);
      const byDay = sent.deliveries.filter((delivery) => !later.has(delivery));
      const decide = async () => {
        for (const entry of decisions.prices) await recordPrice(entry);
      };
      await trouble.during('send', () => Promise.all([sendAll(byDay), decide()]));
      for (const correction of sent.corrections) await correct(correction);
      await trouble.during('minute', () => runJob(product, 'minute'));
      for (const writeOff of decisions.writeOffs) await giveUp(writeOff);
      await sendAll(inTheEvening);
      await trouble.during('night', () => Promise.all([sendAll(atNight), runJob(product, 'night')]));
      // What was cut short is done now.
      now = clockOf(await runJob(product, 'night'), newest, now);
      recount.retire(dayOf(now - retentionDays * DAY_MS));
    },
  };
}

/**
 * The "now" of a night's closing: never past the newest event nor back, and then every day that is due must be retired.
 * @param {import('./jobs.mjs').JobRun[]} runs @param {number} newest @param {number} before
 */
function clockOf(runs, newest, before) {
  const detail = (/** @type {string} */ name) => runs.find(({ job }) => job === name)?.detail ?? {};
  const now = Date.parse(detail('close')['now'] ?? '');
  if (!(now >= before && now <= newest)) throw new Error(`the jobs' clock is wrong: ${JSON.stringify(runs)}`);
  const blocked = detail('retire')['blocked'] ?? null;
  if (blocked !== null || detail('close')['different'] > 0)
    throw new Error(`a day does not add up: ${JSON.stringify(runs)}`);
  return now;
}

/** Deliveries of one key and kind, a few in each request. @param {readonly Delivery[]} deliveries @param {import('./random.mjs').Random} random */
function inRequests(deliveries, random) {
  /** @type {Map<string, Delivery[]>} */
  const groups = new Map();
  for (const delivery of deliveries) {
    const name = `${delivery.otlp} ${delivery.items[0]?.span.boundOrgId}`;
    groups.set(name, [...(groups.get(name) ?? []), delivery]);
  }
  const requests = [...groups.values()].flatMap((list) => {
    const cut = [];
    for (let at = 0; at < list.length;) {
      const count = random.chance(0.5) ? 1 : random.int(1, MOST_PER_REQUEST);
      cut.push(list.slice(at, at + count));
      at += count;
    }
    return cut;
  });
  return random.shuffle(requests);
}

/** Keys bound to the organisations that send for themselves. @param {import('./product.mjs').Product} product */
async function makeKeys(product) {
  const keys = new Map();
  for (const orgId of BOUND) {
    const { body } = await product.call('POST', '/api/v1/keys', {
      name: orgId,
      scopes: ['ingest'],
      org_id: orgId,
    });
    keys.set(orgId, body.token);
  }
  return keys;
}
