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
import { readReaderPassword } from './db/embedded/reader-port/reader-password.js';

const run: Run = async (command) => {
  const output = await withApi(readConfig(process.env), command);
  process.stdout.write(`${output}\n`);
};

/** Of the embedded database's port; null: it has none here. */
const sqlPassword = (): string | null => {
  const { databaseUrl, embeddedPgPort, readerPassword, dataDir } = readConfig(process.env);
  if (databaseUrl !== null || embeddedPgPort === null) return null;
  return readerPassword ?? readReaderPassword(dataDir);
};

const program = new Command('tokenledger').description(
  'Talks to the running Tokenledger, or opens its database while none runs.',
);
addStatusCommand(program, run, sqlPassword);
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
