import { frame, readCString, TAG } from '../protocol.js';
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  commandComplete,
  EMPTY_QUERY,
  errorFrame,
  NO_DATA,
  NO_PARAMETERS,
  PARSE_COMPLETE,
} from './answers.js';
import type { GuardedBatch } from './guarded-batch.js';
import { readStatement, type SessionCommand, type Statement } from './statement.js';

const EXECUTE = 0x45;
const STATEMENT = 0x53;

interface Prepared {
  /** In the engine, while a batch runs. Nothing stays there between batches. */
  readonly name: string;
  /** The Parse message behind its name. */
  readonly rest: Buffer;
  readonly statement: Statement;
}

/** What a batch is to become. */
export type Plan =
  | { readonly kind: 'run'; readonly batch: GuardedBatch }
  /** Session commands alone. */
  | { readonly kind: 'local'; readonly commands: readonly SessionCommand[]; readonly answer: Buffer }
  | { readonly kind: 'error'; readonly answer: Buffer };

/** The prepared statements of one client. They are kept here and prepared in the engine for each batch that uses them. */
export interface ClientStatements {
  /** @param messages Parse, Bind, Describe, Execute and Close, in order */
  readonly plan: (messages: readonly Buffer[]) => Plan;
  /** A simple Query as the extended messages of one statement: so PostgreSQL itself refuses a second one. */
  readonly planSimple: (text: string) => Plan;
  readonly forget: () => void;
}

/** So many a client may keep. */
const MOST_STATEMENTS = 500;

/** @param rows an Execute without a limit gets this one, so that the engine never makes more */
export function createClientStatements(rows: number): ClientStatements {
  const known = new Map<string, Prepared>();
  let made = 0;

  function planWith(statements: Map<string, Prepared>, messages: readonly Buffer[]): Plan {
    const planner = createPlanner(statements, () => `r${++made}`, rows);
    for (const message of messages) {
      const problem = planner.take(message);
      if (problem !== null) return { kind: 'error', answer: problem };
    }
    return planner.plan();
  }

  return {
    plan: (messages) => {
      const plan = planWith(known, messages);
      if (known.size > MOST_STATEMENTS) known.delete([...known.keys()][0] ?? '');
      return plan;
    },
    planSimple: (text) => {
      const parse = Buffer.from(`\0${text}\0\0\0`);
      const messages = [
        frame(TAG.parse, parse),
        frame(TAG.bind, Buffer.alloc(8)),
        frame(TAG.describe, Buffer.from('P\0')),
        frame(EXECUTE, Buffer.alloc(5)),
      ];
      return planWith(new Map(), messages);
    },
    forget: () => known.clear(),
  };
}

/** Reads the messages of one batch. Session commands are answered here; they may not stand beside what the engine runs. */
function createPlanner(statements: Map<string, Prepared>, nextName: () => string, rows: number) {
  const prepare: Prepared[] = [];
  const inEngine = new Set<Prepared>();
  const out: Buffer[] = [];
  const own: Buffer[] = [];
  const commands: SessionCommand[] = [];
  const portals = new Map<string, Prepared>();
  let inPortions = false;

  const use = (name: string): Prepared | null => {
    const found = statements.get(name) ?? null;
    if (found?.statement.kind === 'query' && !inEngine.has(found)) {
      prepare.push(found);
      inEngine.add(found);
    }
    return found;
  };
  const ofEngine = (prepared: Prepared | undefined): boolean => prepared?.statement.kind === 'query';

  function parse(message: Buffer): Buffer | null {
    const name = readCString(message, 5);
    const rest = message.subarray(name.next);
    const statement = readStatement(readCString(rest, 0).text);
    if (statement.kind === 'refused') return errorFrame('42501', statement.message);
    if (name.text !== '' && statements.has(name.text))
      return errorFrame('42P05', `prepared statement "${name.text}" already exists`);
    const prepared: Prepared = { name: nextName(), rest: Buffer.from(rest), statement };
    statements.set(name.text, prepared);
    if (ofEngine(prepared)) {
      inEngine.add(prepared);
      out.push(frame(TAG.parse, Buffer.concat([Buffer.from(`${prepared.name}\0`), rest])));
    } else own.push(PARSE_COMPLETE);
    return null;
  }

  function bind(message: Buffer): Buffer | null {
    const portal = readCString(message, 5);
    const name = readCString(message, portal.next);
    const prepared = use(name.text);
    if (!prepared) return errorFrame('26000', `prepared statement "${name.text}" does not exist`);
    portals.set(portal.text, prepared);
    if (ofEngine(prepared)) {
      const head = Buffer.from(`${portal.text}\0${prepared.name}\0`);
      out.push(frame(TAG.bind, Buffer.concat([head, message.subarray(name.next)])));
    } else own.push(BIND_COMPLETE);
    return null;
  }

  function describe(message: Buffer): Buffer | null {
    const name = readCString(message, 6).text;
    const ofStatement = message[5] === STATEMENT;
    const prepared = ofStatement ? use(name) : portals.get(name);
    if (!prepared) return missing(ofStatement, name);
    if (!ofEngine(prepared)) own.push(...(ofStatement ? [NO_PARAMETERS, NO_DATA] : [NO_DATA]));
    else out.push(ofStatement ? frame(TAG.describe, Buffer.from(`S${prepared.name}\0`)) : message);
    return null;
  }

  function execute(message: Buffer): Buffer | null {
    const portal = readCString(message, 5);
    const prepared = portals.get(portal.text);
    if (!prepared) return missing(false, portal.text);
    if (prepared.statement.kind === 'session') {
      commands.push(prepared.statement.command);
      own.push(commandComplete(prepared.statement.command));
    } else if (!ofEngine(prepared)) own.push(EMPTY_QUERY);
    else {
      const limited = Buffer.from(message);
      const asked = message.readInt32BE(portal.next);
      if (asked > 0 && asked <= rows) inPortions = true;
      else limited.writeInt32BE(rows, portal.next);
      out.push(limited);
    }
    return null;
  }

  function close(message: Buffer): Buffer | null {
    const name = readCString(message, 6).text;
    if (message[5] === STATEMENT) statements.delete(name);
    else portals.delete(name);
    // Nothing lives in the engine longer than the batch; but the answer must come in its place.
    if (out.length > 0) out.push(frame(TAG.close, Buffer.from('P\0')));
    else own.push(CLOSE_COMPLETE);
    return null;
  }

  return {
    take(message: Buffer): Buffer | null {
      switch (message.readUInt8(0)) {
        case TAG.parse:
          return parse(message);
        case TAG.bind:
          return bind(message);
        case TAG.describe:
          return describe(message);
        case EXECUTE:
          return execute(message);
        case TAG.close:
          return close(message);
        default:
          return errorFrame('08P01', 'this port knows no such message');
      }
    },
    plan(): Plan {
      if (out.length === 0) return { kind: 'local', commands, answer: Buffer.concat(own) };
      if (commands.length > 0)
        return {
          kind: 'error',
          answer: errorFrame('0A000', 'send begin, commit and set by themselves on this port'),
        };
      const names = [...inEngine].map(({ name }) => name);
      return { kind: 'run', batch: { prepare, frames: out, names, inPortions } };
    },
  };
}

const missing = (ofStatement: boolean, name: string): Buffer =>
  ofStatement
    ? errorFrame('26000', `prepared statement "${name}" does not exist`)
    : errorFrame('34000', `portal "${name}" does not exist: portals end with their batch on this port`);
