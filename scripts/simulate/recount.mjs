import { createPriceList } from './price-list.mjs';

/**
 * The independent recount: what every event ever acknowledged must amount to, by the documented rules and with none of
 * the product's code. Nothing here knows of tables, aggregates or adjustments: a call is what its tellers say, priced by
 * the price list as it is now, until its raw events are retired; from then on it keeps its cost.
 *
 * @typedef {import('./world.mjs').Span} Span
 * @typedef {import('./world.mjs').Entry} Entry
 * @typedef {import('./world.mjs').Told} Told
 * @typedef {import('./price-list.mjs').Usage} Usage
 * @typedef {'priced' | 'pending' | 'failed' | 'written_off'} Status
 * @typedef {{ orgId: string | null, assistantId: string | null, queryType: string | null }} Attribution
 * @typedef {{ span: Span, status: Status, cost: bigint | null, usage: Usage | null, attribution: Attribution }} Call
 * @typedef {{ frozen: Call | null, writtenOff: Span | null, contextGone: boolean }} State
 * @typedef {ReturnType<typeof createRecount>} Recount
 */

export const DAY_MS = 86_400_000;
/** @param {number} at */
export const dayOf = (at) => Math.floor(at / DAY_MS) * DAY_MS;

const FIELDS = /** @type {const} */ (['orgId', 'assistantId', 'queryType']);

export function createRecount() {
  const prices = createPriceList();
  /** Spans acknowledged, with the richest version of their usage that counts. @type {Map<Span, number>} */
  const told = new Map();
  /** @type {Map<Entry, State>} */
  const states = new Map();
  /** @type {Set<Entry>} */
  const live = new Set();
  /** Tellers whose rows outlive their raw day: pending at its end, or arrived after it. @type {Set<Span>} */
  const kept = new Set();
  let floor = 0;
  let events = 0;

  /** @param {Entry} entry @returns {State} */
  const stateOf = (entry) => {
    let state = states.get(entry);
    if (!state) {
      state = { frozen: null, writtenOff: null, contextGone: false };
      states.set(entry, state);
      live.add(entry);
    }
    return state;
  };

  /** @param {Span} span */
  const usageOf = (span) => span.usages[told.get(span) ?? 0] ?? null;

  /** What is known of a span's owner: its own, else its nearest ancestor's. @param {Span} start @param {typeof FIELDS[number]} field */
  const inherited = (start, field) => {
    for (let span = /** @type {Span | null} */ (start); span && told.has(span); span = span.parent) {
      const own = field === 'orgId' && span.boundOrgId !== null ? span.boundOrgId : span.own[field];
      if (own !== null) return own;
    }
    return null;
  };

  /** The tellers of a call that were heard, the richest first. @param {Entry} entry */
  const heard = (entry) =>
    entry.tellers.filter((span) => told.has(span)).sort((a, b) => rank(b, usageOf(b)) - rank(a, usageOf(a)));

  /** @param {Entry} entry @returns {Call | null} null while nobody told of it, or where it repeats another call */
  const evaluate = (entry) => {
    const state = stateOf(entry);
    if (state.frozen) return state.frozen;
    const tellers = heard(entry);
    const [span] = tellers;
    if (!span) return null;
    const usage = usageOf(span);
    if (span.role === 'wrapper' && !state.contextGone) {
      if (usage === null || entry.inside.some((inner) => heard(inner).length > 0)) return null;
    }
    const attribution = /** @type {Attribution} */ (
      Object.fromEntries(
        FIELDS.map((field) => [
          field,
          tellers.map((teller) => inherited(teller, field)).find((value) => value !== null) ?? null,
        ]),
      )
    );
    return { span, usage, attribution, ...costOf(span, usage, attribution.orgId, state) };
  };

  /** @param {Span} span @param {Usage | null} usage @param {string | null} orgId @param {State} state @returns {{ status: Status, cost: bigint | null }} */
  const costOf = (span, usage, orgId, state) => {
    if (state.writtenOff === span) return { status: 'written_off', cost: null };
    if (state.contextGone) return { status: 'pending', cost: null };
    if (usage === null) return { status: span.failed ? 'failed' : 'pending', cost: null };
    const cost = prices.cost(orgId, span.model ?? '', span.endedAt, usage);
    return cost === null ? { status: 'pending', cost } : { status: 'priced', cost };
  };

  /** Keeps what a call is now for ever. @param {Entry} entry @param {Call} call */
  const freeze = (entry, call) => {
    stateOf(entry).frozen = call;
    live.delete(entry);
  };

  /** Better usage makes a call that was given up a call like any other. @param {Span} span @param {number} version */
  const hear = (span, version) => {
    const known = told.get(span);
    told.set(span, Math.max(known ?? 0, version));
    if (!span.entry) return;
    const state = stateOf(span.entry);
    if (known !== undefined && version > known && state.writtenOff === span) state.writtenOff = null;
  };

  return {
    /** A price was recorded. @param {import('./price-list.mjs').PriceEntry} entry */
    price: (entry) => prices.record(entry),

    /** A request was acknowledged. @param {readonly Told[]} items */
    accept(items) {
      const fresh = items.filter(({ span }) => !told.has(span));
      for (const { span, version } of items) {
        events += 1;
        const known = told.get(span);
        // A resend of a call whose raw events are gone is known as one, whatever it tells.
        if (known !== undefined && span.entry && stateOf(span.entry).frozen) continue;
        hear(span, version);
      }
      for (const { span } of fresh) {
        const { entry } = span;
        if (!entry || dayOf(span.startedAt) >= floor) continue;
        kept.add(span);
        if (span.role !== 'wrapper') continue;
        const together = fresh.some((item) => item.span.entry && entry.inside.includes(item.span.entry));
        if (!together) stateOf(entry).contextGone = true;
      }
    },

    /** Usage told by hand. @param {Span} span @param {number} version */
    correct(span, version) {
      if (!span.entry || stateOf(span.entry).frozen) return;
      hear(span, version);
    },

    /** Pending calls of a model were given up. @param {(call: Call) => boolean} matches @returns how many */
    writeOff(matches) {
      let count = 0;
      for (const entry of live) {
        const call = evaluate(entry);
        if (call?.status !== 'pending' || !matches(call)) continue;
        stateOf(entry).writtenOff = call.span;
        count += 1;
      }
      return count;
    },

    /** Raw events below `newFloor` were retired: what is settled stays as it is, what is pending is kept. @param {number} newFloor */
    retire(newFloor) {
      floor = Math.max(floor, newFloor);
      for (const entry of [...live]) {
        const call = evaluate(entry);
        if (!call || dayOf(call.span.startedAt) >= floor || kept.has(call.span)) continue;
        if (call.status === 'pending') kept.add(call.span);
        else freeze(entry, call);
      }
    },

    /** Whether a call is counted for ever and its row is no more. @param {Span} span */
    isGone: (span) => span.entry !== null && stateOf(span.entry).frozen !== null,
    /** @param {Span} span */
    knows: (span) => told.has(span),
    /** Every call there is now. @returns {Call[]} */
    calls: () => [...states.keys()].map(evaluate).filter((call) => call !== null),
    /** Spans acknowledged, resends included. */
    events: () => events,
    spans: () => told.size,
    floor: () => floor,
  };
}

/** Which teller is believed: the one with most detail; between equals none of these worlds has to choose. @param {Span} span @param {Usage | null} usage */
function rank(span, usage) {
  if (usage === null) return span.teller === 'poor' ? 1 : 2;
  return (span.teller === 'poor' ? 10 : 20) + (usage.cacheRead === null ? 0 : 1);
}
