import type { Socket } from 'node:net';
import { readCString, TAG } from '../protocol.js';
import { errorFrame, readyForQuery, type TransactionStatus } from './answers.js';
import { createClientStatements, type Plan } from './client-batch.js';
import type { GuardedBatch } from './guarded-batch.js';
import type { SessionCommand } from './statement.js';
import { BrokenConnection, type Messages } from './messages.js';

/** Messages a batch may hold: enough for a statement a hundred times over. */
const MOST_MESSAGES = 500;
const DRAIN_WITHIN_MS = 30_000;
const ERROR = 0x45;

export interface ReaderSessionDeps {
  readonly socket: Socket;
  readonly messages: Messages;
  /** Rows a statement may return. */
  readonly rows: number;
  /** Runs a batch in the engine when its turn has come; error frames are answers too. */
  readonly run: (batch: GuardedBatch) => Promise<Buffer>;
}

/**
 * One client from its greeting to its end. It seems to have transactions, because its driver wants them; each batch sees the
 * ledger as it is.
 */
export async function serveReader({ socket, messages, rows, run }: ReaderSessionDeps): Promise<void> {
  const statements = createClientStatements(rows);
  let status: TransactionStatus = 'I';
  let batch: Buffer[] = [];
  /** After an error everything up to Sync is passed over. */
  let skipping = false;

  const settle = (commands: readonly SessionCommand[]): void => {
    for (const command of commands) {
      if (command === 'BEGIN') status = 'T';
      if (command === 'COMMIT' || command === 'ROLLBACK') status = 'I';
      if (command === 'DISCARD ALL' || command === 'DEALLOCATE') statements.forget();
    }
  };

  async function answerTo(plan: Plan): Promise<Buffer> {
    const ends =
      plan.kind === 'local' && plan.commands.some((name) => name === 'COMMIT' || name === 'ROLLBACK');
    const answer =
      status === 'E' && !ends
        ? errorFrame(
            '25P02',
            'current transaction is aborted, commands ignored until end of transaction block',
          )
        : plan.kind === 'run'
          ? await run(plan.batch)
          : plan.answer;
    if (plan.kind === 'local' && (status !== 'E' || ends)) settle(plan.commands);
    if (hasError(answer)) {
      if (status === 'T') status = 'E';
      skipping = true;
    }
    return answer;
  }

  async function take(message: Buffer): Promise<void> {
    const tag = message[0];
    if (tag === TAG.query) {
      const { text } = readCString(message, 5);
      const answer = withoutExtended(await answerTo(statements.planSimple(text)));
      skipping = false;
      return send(socket, Buffer.concat([answer, readyForQuery(status)]));
    }
    if (tag === TAG.sync || tag === TAG.flush) {
      const answer = batch.length > 0 && !skipping ? await answerTo(statements.plan(batch)) : Buffer.alloc(0);
      batch = [];
      if (tag === TAG.flush) return send(socket, answer);
      skipping = false;
      return send(socket, Buffer.concat([answer, readyForQuery(status)]));
    }
    if (skipping) return;
    batch.push(message);
    if (batch.length > MOST_MESSAGES) throw new BrokenConnection('a batch of too many messages');
  }

  for (;;) {
    const message = await messages.next();
    if (message === null || message[0] === TAG.terminate) return;
    await take(Buffer.from(message));
  }
}

/** ParseComplete, BindComplete, NoData, ParameterDescription: nobody asked for these with a simple query. */
const EXTENDED = new Set([0x31, 0x32, 0x33, 0x6e, 0x74]);

function withoutExtended(answer: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < answer.length;) {
    const end = at + 1 + answer.readInt32BE(at + 1);
    if (!EXTENDED.has(answer[at] ?? 0)) kept.push(answer.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

function hasError(answer: Buffer): boolean {
  for (let at = 0; at < answer.length; at += 1 + answer.readInt32BE(at + 1))
    if (answer[at] === ERROR) return true;
  return false;
}

/** Waits for a slow client: what it has not taken stays in memory. */
async function send(socket: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || socket.destroyed || socket.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new BrokenConnection('does not read its answers')),
      DRAIN_WITHIN_MS,
    );
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
