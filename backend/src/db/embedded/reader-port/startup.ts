import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fatalFrame } from '../protocol.js';
import { ASK_PASSWORD, greeting } from './answers.js';
import { BrokenConnection, type Messages } from './messages.js';

const PROTOCOL_3 = 3;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const PASSWORD_MESSAGE = 0x70;
/** A client may ask for SSL, then GSS, before it begins. */
const MOST_STARTUPS = 3;

export interface StartupOptions {
  readonly user: string;
  readonly password: string;
  /** How long a client may take to be let in. */
  readonly withinMs: number;
  /** How long a wrong password waits for its answer. */
  readonly wrongAfterMs: number;
}

/** A client that was let in, or the key of one whose running batch another connection wants to end. */
export type Arrival =
  { readonly kind: 'session'; readonly key: Buffer } | { readonly kind: 'cancel'; readonly key: Buffer };

/**
 * The first messages of a connection, up to its greeting. The password comes as it is: the port listens on loopback only.
 * @returns null when the client was refused or has gone
 */
export async function readStartup(
  socket: Socket,
  messages: Messages,
  options: StartupOptions,
): Promise<Arrival | null> {
  for (let asked = 0; asked < MOST_STARTUPS; asked += 1) {
    const packet = await messages.startup(options.withinMs);
    if (packet === null || packet.length < 8) return null;
    const code = packet.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      socket.write('N');
      continue;
    }
    if (code === CANCEL_REQUEST) return { kind: 'cancel', key: Buffer.from(packet.subarray(8)) };
    if (code >>> 16 !== PROTOCOL_3) return refuse(socket, '08P01', 'this port speaks protocol 3 only');
    return letIn(socket, messages, parametersOf(packet), options);
  }
  throw new BrokenConnection('asked for encryption again and again');
}

async function letIn(
  socket: Socket,
  messages: Messages,
  parameters: ReadonlyMap<string, string>,
  { user, password, withinMs, wrongAfterMs }: StartupOptions,
): Promise<Arrival | null> {
  if (parameters.has('replication')) return refuse(socket, '0A000', 'there is no replication on this port');
  const encoding = parameters.get('client_encoding') ?? 'UTF8';
  if (!/^'?(utf-?8|unicode)'?$/i.test(encoding))
    return refuse(socket, '22023', 'client_encoding must be UTF8 on this port');
  socket.write(ASK_PASSWORD);
  const answer = await messages.next(withinMs);
  if (answer === null || answer[0] !== PASSWORD_MESSAGE) return null;
  const given = answer.toString('utf8', 5, Math.max(5, answer.length - 1));
  const right = isSame(given, password);
  if (!right || parameters.get('user') !== user) {
    await sleep(wrongAfterMs);
    return refuse(socket, '28P01', `password authentication failed: this port lets in the user ${user} only`);
  }
  const key = randomBytes(8);
  socket.write(greeting(key));
  return { kind: 'session', key };
}

/** Hashes are of one length, whatever was given. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

function parametersOf(packet: Buffer): ReadonlyMap<string, string> {
  const words = packet.toString('utf8', 8).split('\0');
  const pairs = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
    pairs.set(words[at] ?? '', words[at + 1] ?? '');
  return pairs;
}

function refuse(socket: Socket, code: string, message: string): null {
  socket.end(fatalFrame(code, message));
  return null;
}
