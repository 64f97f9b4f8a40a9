import { DEFAULTS, QUERY_VERSION, type QueryType, type TokenledgerQuery } from './query';
import { unknownName, unknownNameError } from './unknownName';

/**
 * Reads a query as somebody once saved it.
 *
 * What must not happen here: no interpolation (variables stay as they are written), no request, no look at the time or at
 * Grafana, no change of what was passed in. The same input always gives the same output, and migrating twice changes
 * nothing. Fields that Grafana gives a query (refId, hide, datasource, key) and those unknown to us are kept.
 */

type Saved = Readonly<Record<string, unknown>>;

/** What reads version n as version n + 1; there is only one version yet. */
const STEPS: Readonly<Record<number, (saved: Saved) => Saved>> = {};

/**
 * @param saved may lack everything but `refId`: that is what Explore starts with
 * @throws Error that tells to update the plugin, where a newer one saved the query, or it names what is not known here
 */
export function migrateQuery(saved: unknown): TokenledgerQuery {
  const told: Saved = isRecord(saved) ? saved : {};
  const version = typeof told.version === 'number' ? told.version : 1;
  const type = told.queryType === undefined || told.queryType === '' ? 'usage' : told.queryType;
  if (version > QUERY_VERSION || !isQueryType(type)) {
    throw new Error(
      'A newer version of the Tokenledger plugin saved this query. Update the plugin to at least that version.',
    );
  }
  let current: Saved = told;
  for (let from = version; from < QUERY_VERSION; from += 1) {
    current = STEPS[from]?.(current) ?? current;
  }
  const query = withDefaults(type, current);
  const unknown = unknownName(query);
  if (unknown !== undefined) throw unknownNameError(unknown);
  return query;
}

/** A list where the default is one, so that nobody after us stumbles over hand-written JSON. */
function withDefaults(type: QueryType, told: Saved): TokenledgerQuery {
  const defaults: Saved = { ...DEFAULTS[type] };
  const usable = Object.entries(told).filter(
    ([name, value]) => value !== undefined && (!Array.isArray(defaults[name]) || Array.isArray(value)),
  );
  const merged: Saved = { refId: 'A', ...defaults, ...Object.fromEntries(usable) };
  // Every field of the type is there: `defaults` has all but refId.
  return { ...merged, queryType: type, version: QUERY_VERSION } as unknown as TokenledgerQuery;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isQueryType = (value: unknown): value is QueryType =>
  typeof value === 'string' && Object.hasOwn(DEFAULTS, value);
