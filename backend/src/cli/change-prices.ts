import type { ApiClient } from './api-client.js';
import { confirm } from './confirm.js';
import { changeText, type Change } from './price-text.js';

export interface ChangeOptions {
  readonly dryRun?: true;
  readonly yes?: true;
}

/**
 * Shows what a change does before it happens, then asks (unless --yes) and makes it.
 * @throws Error when nobody can be asked
 */
export async function changePrices(
  api: ApiClient,
  path: string,
  body: object,
  { dryRun, yes }: ChangeOptions,
): Promise<string> {
  const planned = await api.post<Change>(path, { ...body, dry_run: true });
  const text = changeText(planned);
  if (planned.changes.length === 0) return text;
  if (dryRun) return `${text}\n\nA dry run: nothing was changed.`;
  process.stdout.write(`${text}\n\n`);
  if (!yes && !(await confirm('Make this change?'))) return 'Nothing was changed.';
  const made = await api.post<Change>(path, { ...body, dry_run: false });
  const ids = made.changes.map(({ id }) => id).join(', ');
  return made.changes.length === 1
    ? `Recorded as version ${ids}. Take it back with: npm run -s tokenledger -- prices withdraw ${ids}`
    : `Recorded ${made.changes.length} versions.`;
}
