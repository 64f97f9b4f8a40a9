import { frame, frames, queryFrame, SYNC, TAG } from '../protocol.js';
import { errorFrame } from './answers.js';

/** What a client's messages up to Sync come to for the engine. */
export interface GuardedBatch {
  /** Statements that the frames use and that must be prepared before them: name in the engine, rest of their Parse message. */
  readonly prepare: readonly { readonly name: string; readonly rest: Buffer }[];
  readonly frames: readonly Buffer[];
  /** Names in the engine of every statement the batch prepares: none may outlive it. */
  readonly names: readonly string[];
  /** The client takes its rows in portions: a result that is not at its end is what it asked for. */
  readonly inPortions: boolean;
}

export interface GuardedLimits {
  readonly rows: number;
  readonly bytes: number;
}

const ERROR = 0x45;
const PARSE_COMPLETE = 0x31;
const PORTAL_SUSPENDED = 0x73;
const PARAMETER_STATUS = 0x53;
const closeFrame = (name: string): Buffer => frame(TAG.close, Buffer.from(`S${name}\0`));

/**
 * The bytes of one engine call: role and read only for the session, a transaction that says both again, the client's frames,
 * rollback, and the session as it was. Were a client's statement to end the transaction, the rest of its batch would still be
 * the reader's and read only. Each part ends with a ReadyForQuery, so the answers can be told apart.
 */
export function guardedBytes(batch: GuardedBatch, role: string): Buffer {
  return Buffer.concat([
    queryFrame(`set role ${role}; set default_transaction_read_only = on`),
    queryFrame(`begin read only; set local role ${role}; set local search_path = reporting, public`),
    ...batch.prepare.map(({ name, rest }) =>
      frame(TAG.parse, Buffer.concat([Buffer.from(`${name}\0`), rest])),
    ),
    ...batch.frames,
    SYNC,
    ...batch.names.map(closeFrame),
    SYNC,
    queryFrame('rollback'),
    queryFrame('reset role; reset default_transaction_read_only'),
  ]);
}

/** Thrown when the engine did not come back to where it was: it must be opened again. */
export class SessionLost extends Error {}

/**
 * The client's part of the engine's answer, without ReadyForQuery.
 * @throws SessionLost when a part is missing or the session was not put back
 */
export function clientPart(output: Buffer, batch: GuardedBatch, limits: GuardedLimits): Buffer {
  const parts = partsOf(output);
  const [role, begin, client, , rollback, reset] = parts;
  if (parts.length !== 6 || !role || !begin || !client || !rollback || !reset)
    throw new SessionLost('the embedded engine did not finish the batch');
  if ([rollback, reset].some(hasError)) throw new SessionLost('the session could not be put back');
  if ([role, begin].some(hasError))
    return errorFrame('58000', 'the reader role is not ready; see the log of the server');
  const shown = client.filter(([tag]) => tag !== PARAMETER_STATUS && tag !== TAG.notification);
  for (let left = batch.prepare.length; left > 0 && shown[0]?.[0] === PARSE_COMPLETE; left -= 1)
    shown.shift();
  return limited(shown, batch.inPortions, limits);
}

/** A part of a result would look like all of it: too much is an error. */
function limited(shown: readonly Buffer[], inPortions: boolean, { rows, bytes }: GuardedLimits): Buffer {
  const size = shown.reduce((sum, { length }) => sum + length, 0);
  if (size > bytes) return tooMuch(`the answer has more than ${Math.round(bytes / 1024 ** 2)} MiB`);
  if (!inPortions && shown.some(([tag]) => tag === PORTAL_SUSPENDED))
    return tooMuch(`the answer has more than ${rows} rows`);
  return Buffer.concat(shown);
}

const tooMuch = (what: string): Buffer => errorFrame('54000', `${what}: add up in SQL, or ask for less`);
const hasError = (part: readonly Buffer[]): boolean => part.some(([tag]) => tag === ERROR);

/** Answers up to each ReadyForQuery, without it. */
function partsOf(output: Buffer): Buffer[][] {
  const parts: Buffer[][] = [];
  let part: Buffer[] = [];
  for (const reply of frames(output)) {
    if (reply[0] === TAG.readyForQuery) {
      parts.push(part);
      part = [];
    } else part.push(reply);
  }
  return parts;
}
