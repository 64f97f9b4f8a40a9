import { DAY_MS, dayOf } from './recount.mjs';

/**
 * The simulated world: what the assistants of several organisations ask, and how their telemetry arrives: whole or in
 * pieces, in order or not, in time or weeks late, once or several times.
 *
 * @typedef {import('./price-list.mjs').Usage} Usage
 * @typedef {import('./random.mjs').Random} Random
 * @typedef {import('./recount.mjs').Attribution} Attribution
 *
 * @typedef {object} Span
 * @property {string | null} boundOrgId the organisation of the key it is sent with; null: the team's key
 * @property {string} traceId
 * @property {string} spanId
 * @property {Span | null} parent
 * @property {number} startedAt Unix ms
 * @property {number} endedAt Unix ms
 * @property {'json' | 'rich' | 'poor' | 'agent'} teller the instrumentation; `poor` tells less than `rich`
 * @property {'call' | 'wrapper' | 'step'} role
 * @property {string | null} model
 * @property {string | null} responseId
 * @property {Attribution} own
 * @property {boolean} failed
 * @property {readonly (Usage | null)[]} usages what it tells when sent first, and richer versions
 * @property {Entry | null} entry what it tells of
 *
 * @typedef {object} Entry one call, or a wrapper that may be all that is heard of one
 * @property {Span[]} tellers
 * @property {Entry[]} inside the calls inside a wrapper
 *
 * @typedef {{ span: Span, version: number }} Told
 * @typedef {{ items: Told[], otlp: boolean }} Delivery spans that travel in one request
 * @typedef {{ span: Span, version: number }} Correction usage told by hand
 * @typedef {{ deliveries: Delivery[], corrections: Correction[] }} Day what is sent on a day
 *
 * @typedef {object} WorldOptions
 * @property {number} start Unix ms of the first simulated UTC midnight
 * @property {number} days
 * @property {number} requests per day
 * @property {number} closeAfterDays
 * @property {number} retentionDays
 * @property {Random} random
 */

export const PROVIDER = 'sim';
export const MODELS = { steady: 'sim-steady', moving: 'sim-moving', late: 'sim-late', never: 'sim-never' };
const ORGANISATIONS = ['acme', 'globex', 'initech', 'umbrella', 'hooli'];
/** Organisations that send with keys of their own. */
export const BOUND = ['initech', 'hooli'];
const ASSISTANTS = ['support', 'research', null];
const QUERY_TYPES = ['chat', 'search', 'summarise'];
const NOBODY = { orgId: null, assistantId: null, queryType: null };
const BURST_MS = 30_000;

/** Plans everything that is sent, by simulated day. @param {WorldOptions} options @returns {Day[]} */
export function planWorld(options) {
  const { days, requests, start, random } = options;
  /** @type {Day[]} */
  const plan = Array.from({ length: days }, () => ({ deliveries: [], corrections: [] }));
  const world = createPlanner(options, plan);
  for (let day = 0; day < days; day += 1) {
    for (let request = 0; request < requests; request += 1) {
      const at = start + day * DAY_MS + timeOfDay(random);
      const shape = random.next();
      if (shape < 0.42) world.single(day, at, random.chance(0.5) ? 'json' : 'rich');
      else if (shape < 0.56) world.tree(day, at);
      else if (shape < 0.88) world.agent(day, at);
      else if (shape < 0.93) world.copied(day, at);
      else if (shape < 0.96) world.lonelyWrapper(day, at);
      else if (shape < 0.98) world.lateWrapper(day, at);
      else world.sameIds(day, at);
    }
  }
  for (const day of plan) day.deliveries = random.shuffle(day.deliveries);
  return plan;
}

/** Some come in bursts on either side of midnight. @param {Random} random */
function timeOfDay(random) {
  if (random.chance(0.15))
    return random.chance(0.5) ? random.int(0, BURST_MS) : DAY_MS - random.int(1, BURST_MS);
  return random.int(0, DAY_MS - 1);
}

/** @param {WorldOptions} options @param {Day[]} plan */
function createPlanner({ days, closeAfterDays, retentionDays, random }, plan) {
  /** @param {number} day @param {Delivery} delivery */
  const deliver = (day, delivery) => {
    plan[Math.min(day, days - 1)]?.deliveries.push(delivery);
    if (!random.chance(0.1)) return;
    const later = random.pick([0, 1, closeAfterDays + 2, retentionDays + 3, 3 * retentionDays]);
    // Sent again: a part of it, or with more detail.
    const items = later > 0 && random.chance(0.3) ? [random.pick(delivery.items)] : delivery.items;
    const again = items.map(({ span, version }) => ({
      span,
      version: random.chance(0.3) ? span.usages.length - 1 : version,
    }));
    plan[day + later]?.deliveries.push({ items: again, otlp: delivery.otlp });
  };

  /** Mostly at once, sometimes late: up to 30 days, so also after its raw day is gone. @param {number} day */
  const arrival = (day) => (random.chance(0.05) ? day + random.int(1, 30) : day);
  /** Pieces of one request arrive while its raw day lives: what is said of others is about the gone. */
  const splitDays = Math.max(1, retentionDays - 2);
  /** @param {number} day */
  const pieceArrival = (day) => (random.chance(0.25) ? day + random.int(1, splitDays) : day);

  /** @param {number} day @param {Span[]} spans @param {boolean} whole in one request */
  const send = (day, spans, whole) => {
    const otlp = spans[0]?.teller !== 'json';
    const told = spans.map((span) => ({ span, version: 0 }));
    if (whole) return deliver(arrival(day), { items: told, otlp });
    for (const item of told) deliver(pieceArrival(day), { items: [item], otlp });
  };

  /** @param {Partial<Span> & Pick<Span, 'startedAt' | 'endedAt' | 'teller' | 'role'>} values @returns {Span} */
  const spanOf = (values) => ({
    ...{ boundOrgId: null, traceId: random.hex(32), spanId: random.hex(16), parent: null, model: null },
    ...{ responseId: null, own: NOBODY, failed: false, usages: [null], entry: null },
    ...values,
  });

  /** @param {Span[]} tellers @param {Entry[]} inside */
  const tellOf = (tellers, inside = []) => {
    const entry = { tellers, inside };
    for (const span of tellers) span.entry = entry;
    return entry;
  };

  const model = () => {
    const chosen = random.next();
    if (chosen < 0.45) return MODELS.steady;
    return chosen < 0.8 ? MODELS.moving : chosen < 0.92 ? MODELS.late : MODELS.never;
  };
  /** @returns {Usage} */
  const usage = () => ({
    input: random.int(2_000, 900_000),
    output: random.int(10, 90_000),
    cacheRead: null,
  });
  /** @param {Usage} known */
  const richer = (known) => ({ ...known, cacheRead: random.int(1, known.input - 1) });

  /** @param {string} orgId @returns {Attribution} */
  const owner = (orgId) => ({
    orgId,
    assistantId: random.pick(ASSISTANTS),
    queryType: random.pick(QUERY_TYPES),
  });

  /** A call on its own. @param {number} day @param {number} at @param {'json' | 'rich'} teller */
  const single = (day, at, teller, correctable = true) => {
    const orgId = random.pick(ORGANISATIONS);
    const boundOrgId = BOUND.includes(orgId) && random.chance(0.6) ? orgId : null;
    const span = spanOf({
      ...{ teller, role: 'call', boundOrgId, startedAt: at, endedAt: at + random.int(50, 20_000) },
      ...{ model: model(), responseId: `resp-${random.hex(12)}` },
      // A bound key's organisation is the call's, whatever the call claims.
      own: { ...owner(boundOrgId && random.chance(0.3) ? 'mallory' : orgId) },
    });
    tellOf([span]);
    const known = usage();
    const kind = random.next();
    if (kind < 0.06) Object.assign(span, { usages: [null, known] });
    else if (kind < 0.1) Object.assign(span, { failed: true, usages: [null] });
    else if (kind < 0.12) Object.assign(span, { usages: [null] });
    else if (kind < 0.2 && teller === 'rich') Object.assign(span, { usages: [known, richer(known)] });
    else Object.assign(span, { usages: [known] });
    send(day, [span], true);
    if (span.usages.length < 2) return span;
    const later = day + random.pick([1, 2, closeAfterDays + 2, retentionDays + 2, 2 * retentionDays]);
    if (correctable && random.chance(0.4)) plan[later]?.corrections.push({ span, version: 1 });
    else plan[later]?.deliveries.push({ items: [{ span, version: 1 }], otlp: teller !== 'json' });
    return span;
  };

  /** Calls below a root that alone knows whose they are. @param {number} day @param {number} at */
  const tree = (day, at) => {
    const teller = random.chance(0.5) ? 'json' : 'rich';
    const root = spanOf({
      ...{ teller, role: 'step', startedAt: at, endedAt: at + 60_000 },
      own: owner(random.pick(ORGANISATIONS)),
    });
    const calls = Array.from({ length: random.int(1, 3) }, (_, index) => {
      const startedAt = at + 1_000 + index * 15_000;
      const known = usage();
      const span = spanOf({
        ...{ teller, role: 'call', parent: root, traceId: root.traceId, startedAt },
        ...{ endedAt: startedAt + random.int(100, 9_000), model: model(), usages: [known] },
        responseId: `resp-${random.hex(12)}`,
      });
      tellOf([span]);
      return span;
    });
    if (random.chance(0.5)) return send(day, [root, ...calls], true);
    for (const span of calls)
      deliver(pieceArrival(day), { items: [{ span, version: 0 }], otlp: teller !== 'json' });
    // Known too late for calls that are retired; those still pending learn it all the same.
    const wait = random.chance(0.15)
      ? retentionDays + random.int(1, retentionDays)
      : random.int(0, splitDays);
    deliver(day + wait, { items: [{ span: root, version: 0 }], otlp: teller !== 'json' });
  };

  /** Two instrumentations tell of one call. @param {Span} rich @returns {Span} */
  const copyOf = (rich, inTrace = random.chance(0.7)) => {
    const nested = inTrace && random.chance(0.5);
    const copy = spanOf({
      ...{ teller: 'poor', role: 'call', model: rich.model, responseId: rich.responseId },
      ...{ startedAt: rich.startedAt + 5, endedAt: rich.endedAt - 5, usages: [rich.usages[0] ?? null] },
      ...(inTrace && { traceId: rich.traceId, parent: nested ? rich : rich.parent }),
    });
    rich.entry?.tellers.push(copy);
    copy.entry = rich.entry;
    return copy;
  };

  /** An agent's run: root, wrapper with the sum of its calls, calls, copies of them. @param {number} day @param {number} at */
  const agent = (day, at) => {
    const root = spanOf({
      ...{ teller: 'agent', role: 'step', startedAt: at, endedAt: at + 60_000 },
      own: owner(random.pick(ORGANISATIONS)),
    });
    const named = model();
    const wrapper = spanOf({
      ...{ teller: 'agent', role: 'wrapper', parent: root, traceId: root.traceId, model: named },
      ...{ startedAt: at + 10, endedAt: at + 59_000 },
    });
    const calls = Array.from({ length: random.int(1, 3) }, (_, index) => {
      const startedAt = at + 1_000 + index * 18_000;
      const span = spanOf({
        ...{ teller: 'rich', role: 'call', parent: wrapper, traceId: root.traceId, startedAt, model: named },
        ...{ endedAt: startedAt + random.int(100, 12_000), usages: [usage()] },
        responseId: `resp-${random.hex(12)}`,
      });
      tellOf([span]);
      return span;
    });
    tellOf(
      [wrapper],
      calls.flatMap(({ entry }) => entry ?? []),
    );
    if (random.chance(0.7)) Object.assign(wrapper, { usages: [sumOf(calls)] });
    const copies = calls.filter(() => random.chance(0.35)).map((call) => copyOf(call));
    const spans = [root, wrapper, ...calls, ...copies];
    const otlp = true;
    // A step that nobody waits for makes a request be looked at again, when half of one over midnight is retired.
    const overMidnight = dayOf(at) !== dayOf(at + 59_500);
    if (overMidnight || random.chance(0.1)) {
      const step = spanOf({
        ...{ teller: 'agent', role: 'step', parent: root, traceId: root.traceId },
        ...{ startedAt: at + 59_500, endedAt: at + 59_600 },
      });
      const wait = overMidnight ? retentionDays + random.int(1, 2) : random.int(1, 2 * retentionDays);
      plan[day + wait]?.deliveries.push({ items: [{ span: step, version: 0 }], otlp });
    }
    if (random.chance(0.5)) return send(day, random.shuffle(spans), true);
    // A copy never arrives before its call: a wrapper alone beside a copy elsewhere could be taken for the call.
    for (const span of [root, wrapper]) deliver(pieceArrival(day), { items: [{ span, version: 0 }], otlp });
    for (const call of calls) {
      const callDay = pieceArrival(day);
      deliver(callDay, { items: [{ span: call, version: 0 }], otlp });
      const copy = copies.find(({ entry }) => entry === call.entry);
      const copyDay = Math.min(callDay + random.int(0, 1), day + splitDays);
      if (copy) deliver(Math.max(callDay, copyDay), { items: [{ span: copy, version: 0 }], otlp });
    }
  };

  /** One call told of by two libraries whose reports arrive in any order; the poorer may be the first. @param {number} day @param {number} at */
  const copied = (day, at) => {
    const orgId = random.pick(ORGANISATIONS);
    const own = owner(orgId);
    const rich = spanOf({
      ...{
        teller: 'rich',
        role: 'call',
        startedAt: at,
        endedAt: at + random.int(500, 20_000),
        model: model(),
      },
      ...{ usages: [random.chance(0.2) ? null : usage()], responseId: `resp-${random.hex(12)}` },
      own: random.chance(0.5) ? own : NOBODY,
    });
    tellOf([rich]);
    const copy = copyOf(rich, random.chance(0.5));
    if (rich.usages[0] === null && random.chance(0.7)) Object.assign(copy, { usages: [usage()] });
    if (rich.own === NOBODY || random.chance(0.5)) Object.assign(copy, { own });
    send(day, random.shuffle([rich, copy]), random.chance(0.4));
  };

  /** All that is ever heard of what an agent spent. @param {number} day @param {number} at */
  const lonelyWrapper = (day, at) => {
    const span = spanOf({
      ...{ teller: 'agent', role: 'wrapper', startedAt: at, endedAt: at + 30_000, model: model() },
      ...{ own: owner(random.pick(ORGANISATIONS)), usages: [usage()] },
    });
    tellOf([span]);
    send(day, [span], true);
  };

  /** A wrapper of a call that is retired when the wrapper arrives. @param {number} day @param {number} at */
  const lateWrapper = (day, at) => {
    const own = owner(random.pick(ORGANISATIONS));
    const traceId = random.hex(32);
    const wrapper = spanOf({
      ...{ teller: 'agent', role: 'wrapper', traceId, own, model: MODELS.steady },
      ...{ startedAt: at, endedAt: at + 30_000 },
    });
    const call = spanOf({
      ...{ teller: 'rich', role: 'call', traceId, own, model: MODELS.steady, parent: wrapper },
      ...{
        startedAt: at + 100,
        endedAt: at + 20_000,
        usages: [usage()],
        responseId: `resp-${random.hex(12)}`,
      },
    });
    Object.assign(wrapper, { usages: [sumOf([call])] });
    const inner = tellOf([call]);
    tellOf([wrapper], [inner]);
    deliver(day, { items: [{ span: call, version: 0 }], otlp: true });
    plan[day + retentionDays + 4]?.deliveries.push({ items: [{ span: wrapper, version: 0 }], otlp: true });
  };

  /** Two senders use the same ids: they have nothing to do with one another. @param {number} day @param {number} at */
  const sameIds = (day, at) => {
    const first = single(day, at, 'json', false);
    const second = spanOf({
      ...{
        teller: 'json',
        role: 'call',
        boundOrgId: first.boundOrgId === BOUND[0] ? (BOUND[1] ?? null) : (BOUND[0] ?? null),
      },
      ...{ traceId: first.traceId, spanId: first.spanId, startedAt: at, endedAt: first.endedAt },
      ...{ model: MODELS.moving, usages: [usage()], responseId: first.responseId },
    });
    tellOf([second]);
    send(day, [second], true);
  };

  return { single, tree, agent, copied, lonelyWrapper, lateWrapper, sameIds };
}

/** @param {readonly Span[]} calls @returns {Usage} */
const sumOf = (calls) =>
  calls.reduce(
    (sum, { usages: [usage] }) => ({
      input: sum.input + (usage?.input ?? 0),
      output: sum.output + (usage?.output ?? 0),
      cacheRead: null,
    }),
    { input: 0, output: 0, cacheRead: /** @type {number | null} */ (null) },
  );
