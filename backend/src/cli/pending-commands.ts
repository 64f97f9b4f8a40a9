import type { Command } from 'commander';
import { printTable } from './print-table.js';
import type { Run } from './run.js';

interface Group {
  reason: string;
  provider: string | null;
  model: string | null;
  service_tier: string | null;
  calls: number;
  tokens: string | null;
  oldest: string;
  newest: string;
}
interface Report {
  calls: number;
  groups: (Group & { remedies: { what: string; command: string }[] })[];
}
interface WrittenOff {
  calls: number;
  groups: Group[];
  written_off: number;
  complete: boolean;
}
interface WriteOffOptions {
  reason?: string;
  provider?: string;
  model?: string;
  org?: string;
  before: string;
  note: string;
  dryRun?: true;
  yes?: true;
}

/** `pending` and `pending write-off`. */
export function addPendingCommands(program: Command, run: Run): void {
  const pending = program
    .command('pending')
    .description('calls that wait for a cost, and the commands that would give them one')
    .option('--org <org_id>', 'only this organisation')
    .option('--reason <reason>', 'only this reason')
    .action((options: { org?: string; reason?: string }) =>
      run(async (api) => {
        const query = new URLSearchParams({
          ...(options.org !== undefined && { org_id: options.org }),
          ...(options.reason !== undefined && { reason: options.reason }),
        });
        return reportText(await api.get<Report>(`/api/v1/pending?${query.toString()}`));
      }),
    );

  pending
    .command('write-off')
    .description('give up on pending calls: they stay without a cost; shows which, and does it with --yes')
    .option('--reason <reason>', 'only with this reason')
    .option('--provider <provider>', 'only of this provider')
    .option('--model <model>', 'only of this model, as asked for')
    .option('--org <org_id>', 'only of this organisation')
    .requiredOption('--before <time>', 'calls before this UTC day, like 2026-11-01, or time')
    .requiredOption('--note <why>', 'why; it stays with the adjustments')
    .option('--dry-run', 'only show which')
    .option('--yes', 'do it')
    .action((_: unknown, command: Command) =>
      run(async (api) => {
        // --org and --reason are options of `pending` too, which takes them wherever they stand.
        const options = command.optsWithGlobals<WriteOffOptions>();
        const { reason, provider, model, org, before, note } = options;
        const body = { reason, provider, model, org_id: org, before, note };
        const preview = await api.post<WrittenOff>('/api/v1/pending/write-off', { ...body, dry_run: true });
        if (preview.calls === 0) return 'No pending call matches.';
        const shown = `${tableOf(preview.groups)}\n\n`;
        if (options.dryRun || !options.yes) {
          return `${shown}${preview.calls} calls would be written off. Add --yes to do it.`;
        }
        const done = await api.post<WrittenOff>('/api/v1/pending/write-off', body);
        const rest = done.complete ? '' : ' Some are left: run it again.';
        return `${shown}${done.written_off} calls written off.${rest}`;
      }),
    );
}

function reportText({ calls, groups }: Report): string {
  if (groups.length === 0) return 'No call waits for a cost.';
  const remedies = groups.map(
    (group) =>
      `${[group.reason, group.provider, group.model].filter(Boolean).join(' ')} (${group.calls} calls)\n` +
      group.remedies.map(({ what, command }) => `  ${what}:\n    ${command}`).join('\n'),
  );
  return `${tableOf(groups)}\n\n${calls} calls wait. What would resolve them:\n\n${remedies.join('\n\n')}`;
}

const tableOf = (groups: readonly Group[]): string =>
  printTable(
    ['reason', 'provider', 'model', 'tier', 'calls', 'tokens', 'oldest', 'newest'],
    groups.map((group) => [
      ...[group.reason, group.provider, group.model, group.service_tier],
      ...[group.calls, group.tokens, group.oldest, group.newest],
    ]),
  );
