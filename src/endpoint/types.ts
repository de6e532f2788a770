// The seam between HTTP and the protocol: what a verified request is, and what an answer is. Nothing here knows Express.
import type { Chunk } from '../../protocol/index.ts';
import type { Closed } from '../closing.ts';
import type { AccountId } from '../domain/ids.ts';

export interface EasRequest {
  readonly account: AccountId;
  /** The verified user, as the device wrote it in Authorization. */
  readonly login: string;
  /** Names the credentials without telling them; it changes with the password. */
  readonly credential?: string;
  readonly method: 'POST';
  /** What stands after '?', undecoded. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Reads the whole body, inflated, within `limit` bytes. Throws 'too-large', 'invalid-body'. */
  readonly body: (limit: number) => Promise<Buffer>;
  /** As announced by the header; bytes before inflation. */
  readonly contentLength: number | undefined;
  /** The peer's address. */
  readonly remote: string;
  /** The account may not be used. */
  readonly disabled?: true;
  /** The phone hung up, or the server shuts down (reason 'shutdown'). */
  readonly closed: Closed;
}

export interface EasResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Pieces, written one after the other; none is an answer without a body. */
  readonly body: readonly Chunk[];
  /** For the one log line: command, device, … */
  readonly note: Readonly<Record<string, string | number>>;
}

export type Endpoint = {
  handle(request: EasRequest): Promise<EasResponse>;
  /** The headers of an OPTIONS answer; 'MS-Server-ActiveSync' is among them. */
  options(userAgent?: string): Readonly<Record<string, string>>;
};
