import { canonicalProvider } from '../usage/provider-names.js';
import { priceProviders } from './price-providers.js';

/** What may follow a known model's name without making it another model: dates, revisions, `latest`, `preview`. */
const VERSION_TAIL =
  /(?:[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|\d{2}-\d{2}(?:\d{2})?|\d{3,4}|latest|default|preview|exp))+$/;
const BEDROCK_REGION = /^(us-gov|us|eu|apac|ap|jp|au|ca|in|sa|me|af|il|mx|global)\./;
const AWS_PATH = /^(?:converse|converse_like|invoke|[a-z]{2}(?:-gov)?-[a-z]+-\d)$/;

const DATE_TAIL = /[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2})$/;

/** The name without its date: `gpt-4o-2024-11-20` → `gpt-4o`. */
export const withoutDate = (name: string): string => name.replace(DATE_TAIL, '');
/** The name without its dates and versions: `gemini-2.5-pro-preview-06-05` → `gemini-2.5-pro`. */
export const withoutVersion = (name: string): string => name.replace(VERSION_TAIL, '');

/** The region prefix of a Bedrock inference profile: `us`, `eu`, …, `global`; null for a bare model id. */
export const bedrockRegion = (name: string): string | null => BEDROCK_REGION.exec(name)?.[1] ?? null;
export const withoutBedrockRegion = (name: string): string => name.replace(BEDROCK_REGION, '');

/**
 * Other spellings of the same model's name, likeliest first: without the path of an ARN, a resource name or a gateway
 * (`bedrock/converse/us.…`, `models/…`, `openai:…`), without a fine-tune's owner, with its date the other way.
 * A path's head is only dropped where it names the call's own provider: on OpenRouter it is part of the name.
 */
export function spellings(provider: string, name: string): readonly string[] {
  const found = new Set<string>();
  let current = name.trim().toLowerCase();
  addDates(found, current);
  for (let next = simpler(provider, current); next !== current; next = simpler(provider, current)) {
    current = next;
    addDates(found, current);
  }
  return [...found];
}

function addDates(found: Set<string>, name: string): void {
  found.add(name);
  found.add(name.replace(/@(?=20\d{6}$)/, '-'));
  found.add(name.replace(/-(20\d{2})(\d{2})(\d{2})(?=$|-|:)/, '-$1-$2-$3'));
  found.add(name.replace(/-(20\d{2})-(\d{2})-(\d{2})(?=$|-|:)/, '-$1$2$3'));
}

function simpler(provider: string, name: string): string {
  if (name.startsWith('arn:')) return name.slice(name.lastIndexOf('/') + 1);
  const resource = /(?:^|\/)models\/([^/]+)$/.exec(name)?.[1];
  if (resource) return resource;
  const [, head, rest] = /^([^/:]+)[/:](.+)$/.exec(name) ?? [];
  if (head && rest && isOwnHead(provider, head)) return rest;
  if (name.startsWith('ft:')) return name.split(':', 2).join(':');
  return name.replace(/\.ft-.+$/, '.ft-').replace(/:\d+k$/, '');
}

function isOwnHead(provider: string, head: string): boolean {
  const named = canonicalProvider(head);
  if (named !== null && priceProviders(provider).includes(named)) return true;
  return provider === 'aws' && AWS_PATH.test(head);
}
