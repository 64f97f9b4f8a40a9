import { pino } from 'pino';
import { readConfig, settingsHelp } from './config.js';
import { greeting } from './greeting.js';
import { startServer } from './start-server.js';

const HELP = `Tokenledger: what AI calls cost, per organisation.

Usage: npm start [-- --help]

Settings are environment variables:
${settingsHelp()}

More: npm run -s tokenledger -- --help`;

/** Two signals within this time are one and its echo. */
const ECHO_MS = 1_000;

async function main(): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const server = await startServer(config, logger, { purpose: 'serve' });
  process.stdout.write(`${greeting(server, config)}\n`);
  let stoppingSince: number | null = null;
  const stop = (signal: string): void => {
    // A second signal means: now. But npm passes Ctrl-C on to a process that the terminal has told already.
    if (stoppingSince !== null) {
      if (Date.now() - stoppingSince > ECHO_MS) process.exit(1);
      return;
    }
    stoppingSince = Date.now();
    logger.info({ signal }, 'stopping: answering what was accepted, then closing the database');
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  // Start-up errors are written for the person at the terminal; the stack would hide what to do.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
