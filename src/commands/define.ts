// What a command is: its schemas and one function from a typed request to a typed answer. A new command is one file
// here, one under protocol/commands, one row in index.ts; nothing else changes. It must never know Express or an engine.
import type { Chunk, QueryParameters } from '../../protocol/index.ts';
import type { Node, ReadOf, WrittenOf } from '../../protocol/schema/index.ts';
import type { Version } from '../../protocol/schema/version.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { Clock } from '../clock.ts';
import type { Closed } from '../closing.ts';
import type { Device } from '../domain/device.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { Log } from '../log.ts';
import type { Waiters } from '../push/waiters.ts';
import type { Sealer } from '../sealer.ts';
import type { Reader, Store, Transaction } from '../store/port.ts';
import type { BrakeLimits } from '../sync/brake.ts';
import type { Trust } from '../trust.ts';
import type { Lane } from './lane.ts';
import type { Quirks } from './quirks.ts';

export interface Limits {
  /** Seconds. */
  readonly heartbeat: { readonly min: number; readonly max: number };
  /** Bytes of a message that a phone may send. */
  readonly message: number;
  readonly collections: number;
  /** Commands of one Sync. */
  readonly commands: number;
  readonly deletes: BrakeLimits;
  /** Bytes after which an answer ends with MoreAvailable. */
  readonly answer: number;
}

/** What a handler is given beside its request. */
export interface Context {
  readonly account: AccountId;
  /** As it stands in the store; a trial device (`validate`) is not stored. */
  readonly device: Device;
  readonly version: Version;
  readonly quirks: Quirks;
  readonly policy: Policy;
  /** Names the credentials that the request came with; it changes with the password. */
  readonly credential: string;
  readonly store: Store;
  /** The account's doors; a trial device's transactions leave nothing behind. */
  read<T>(look: (reader: Reader) => Promise<T>): Promise<T>;
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly waiters: Waiters;
  readonly clock: Clock;
  readonly log: Log;
  readonly sealer: Sealer;
  readonly trust: Trust;
  readonly limits: Limits;
  /** Domains that share one address list; else each has its own. */
  readonly joined: readonly string[];
  /** Content that is sent beside the document, Part by Part from 1 on; absent: it is sent inside. */
  readonly parts?: Chunk[][];
  /** Where long pages are rendered. */
  readonly pages: Lane;
  /** The phone hung up, or the server stops. */
  readonly closed: Closed;
  /** For the request's log line: numbers and ids, no content. */
  note(key: string, value: string | number): void;
}

export interface Command<Request extends Node = Node, Response extends Node = Node> {
  readonly name: string;
  readonly request: Request;
  readonly response: Response;
  /** 'cached': no body means the last full request again; 'required': 101 without one. */
  readonly body: 'required' | 'cached';
  /** The body may be as large as a message; one that is to be sent has a Status of its own when it is larger. */
  readonly carriesMessage?: 'sent' | 'stored';
  /** A device may have its content beside the document. */
  readonly multipart?: true;
  /** Up to 12.1 the body is the message itself and the rest stands in the query: the request that this comes to. */
  fromMessage?(mime: Buffer, parameters: QueryParameters): ReadOf<Request>;
  /** Undefined: an empty 200. */
  handle(context: Context, request: ReadOf<Request> | undefined): Promise<WrittenOf<Response> | undefined>;
  /** Where the order of an answer is the request's and not the schema's. */
  arrange?(answer: Element, request: ReadOf<Request>): Element;
}

/** A command of old versions whose request is all in the query. */
export interface BareCommand {
  readonly name: string;
  readonly body: 'none';
  answer(
    context: Context,
    parameters: QueryParameters,
  ): Promise<{ readonly type: string; readonly body: readonly Chunk[] }>;
}

/** Ties the handler's types to its schemas. */
export function defineCommand<Request extends Node, Response extends Node>(
  command: Command<Request, Response>,
): Command<Request, Response> {
  return command;
}
