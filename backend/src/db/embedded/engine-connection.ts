import { Duplex } from 'node:stream';
import type { EngineLease, LeaseClient } from './engine-lease.js';
import { frame, GREETING, readCString, TAG } from './protocol.js';

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const COPY_FROM_STDIN = /\bcopy\b[\s\S]*\bfrom\s+stdin\b/i;
const LISTEN = /^\s*(listen|unlisten)\s+("?)([\w*]+)\2\s*;?\s*$/i;

let lastConnection = 0;

/**
 * The server's end of one connection, as a stream that `pg` takes for a socket: answers the startup itself, gathers
 * frames into batches, and gives prepared statements a prefix, because all connections share the engine's one session.
 */
export class EngineConnection extends Duplex implements LeaseClient {
  readonly statements = new Set<string>();
  readonly channels = new Set<string>();
  readonly #lease: EngineLease;
  readonly #prefix = `c${++lastConnection}:`;
  #received: Buffer = Buffer.alloc(0);
  #batch: Buffer[] = [];
  #started = false;

  constructor(lease: EngineLease) {
    super({ allowHalfOpen: false });
    this.#lease = lease;
    lease.connect(this);
  }

  // What pg calls on a socket.
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  receive(replies: Buffer): void {
    if (!this.destroyed) this.push(replies);
  }

  fail(fatal: Buffer): void {
    if (this.destroyed) return;
    this.push(fatal);
    this.push(null);
    // Destroying at once would discard the error that was just pushed.
    this.once('end', () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk;
    try {
      this.#parse();
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#lease.disconnect(this);
    done(error);
  }

  #parse(): void {
    let offset = 0;
    for (;;) {
      // Startup packets have no tag byte.
      const header = this.#started ? 1 : 0;
      if (this.#received.length - offset < header + 4) break;
      const end = offset + header + this.#received.readInt32BE(offset + header);
      if (this.#received.length < end) break;
      const packet = this.#received.subarray(offset, end);
      if (this.#started) this.#take(packet);
      else this.#startup(packet);
      offset = end;
    }
    this.#received = this.#received.subarray(offset);
  }

  #startup(packet: Buffer): void {
    const code = packet.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      this.push('N');
      return;
    }
    this.#started = true;
    this.push(GREETING);
  }

  #take(packet: Buffer): void {
    const tag = packet.readUInt8(0);
    switch (tag) {
      case TAG.terminate:
        this.destroy();
        return;
      case TAG.parse: {
        const name = readCString(packet, 5);
        refuseCopy(readCString(packet, name.next).text);
        this.#add(TAG.parse, this.#named(name.text), packet.subarray(name.next));
        return;
      }
      case TAG.bind: {
        const portal = readCString(packet, 5);
        const name = readCString(packet, portal.next);
        this.#add(TAG.bind, `${portal.text}\0${this.#named(name.text)}`, packet.subarray(name.next));
        return;
      }
      case TAG.describe:
      case TAG.close:
        if (packet[5] === 0x53) {
          this.#add(tag, `S${this.#named(readCString(packet, 6).text)}`, Buffer.alloc(0));
        } else this.#batch.push(packet);
        return;
      case TAG.query:
        this.#noteListen(refuseCopy(readCString(packet, 5).text));
        this.#submit(packet);
        return;
      case TAG.sync:
      case TAG.flush:
        this.#submit(packet);
        return;
      default:
        this.#batch.push(packet);
    }
  }

  #add(tag: number, head: string, rest: Buffer): void {
    this.#batch.push(frame(tag, Buffer.concat([Buffer.from(`${head}\0`), rest])));
  }

  #named(name: string): string {
    if (name === '') return name;
    const own = this.#prefix + name;
    this.statements.add(own);
    return own;
  }

  #noteListen(text: string): void {
    const match = LISTEN.exec(text);
    if (!match?.[1] || !match[3]) return;
    if (match[1].toLowerCase() === 'listen') this.channels.add(match[3]);
    else if (match[3] === '*') this.channels.clear();
    else this.channels.delete(match[3]);
  }

  #submit(last: Buffer): void {
    const bytes = Buffer.concat([...this.#batch, last]);
    this.#batch = [];
    this.#lease.submit(this, { bytes, endsWithFlush: last[0] === TAG.flush });
  }
}

/** COPY … FROM STDIN would kill the engine ("unreachable"), and nothing here needs it. */
function refuseCopy(text: string): string {
  if (!COPY_FROM_STDIN.test(text)) return text;
  throw Object.assign(
    new Error('the embedded engine has no COPY FROM STDIN: use insert … select from unnest(…)'),
    {
      code: '0A000',
    },
  );
}
