import { Command } from 'commander';
import { withApi } from './cli/connect.js';
import { addJobCommands } from './cli/job-commands.js';
import { addKeyCommands } from './cli/key-commands.js';
import { addPendingCommands } from './cli/pending-commands.js';
import { addPriceCommands } from './cli/price-commands.js';
import { addQuarantineCommands } from './cli/quarantine-commands.js';
import type { Run } from './cli/run.js';
import { addStatusCommand } from './cli/status-command.js';
import { readConfig } from './config.js';

const run: Run = async (command) => {
  const output = await withApi(readConfig(process.env), command);
  process.stdout.write(`${output}\n`);
};

const program = new Command('tokenledger').description(
  'Talks to the running Tokenledger, or opens its database while none runs.',
);
addStatusCommand(program, run);
addKeyCommands(program, run);
addQuarantineCommands(program, run);
addPendingCommands(program, run);
addPriceCommands(program, run);
addJobCommands(program, run);

program.parseAsync().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
