// Long mails are worked on in a thread of their own, one after the other: neither the loop nor the memory is theirs.
// Invariant: what comes back is what the plain function gives, errors included.
import { Worker } from 'node:worker_threads';
import type { EmailIndex } from '../../domain/email.ts';
import { EasError, type ErrorCode } from '../../domain/errors.ts';
import { indexMessage } from './index-mime.ts';
import { type Outgoing, prepareOutgoing, type Sender } from './outgoing.ts';

/** Bytes from which a mail is long. */
export const longMail = 2 * 1024 * 1024;

export type AsideRequest =
  | { readonly job: 'index'; readonly mime: Uint8Array }
  | { readonly job: 'outgoing'; readonly mime: Uint8Array; readonly sender: Sender };
export type AsideReply =
  | { readonly done: unknown }
  | { readonly code: ErrorCode | undefined; readonly message: string };

/** As `indexMessage`. `given`: nobody needs the bytes any more, so that a long mail is not copied. */
export async function indexAside(mime: Buffer, { given = false } = {}): Promise<EmailIndex> {
  if (mime.length < longMail) return indexMessage(mime);
  return (await aside({ job: 'index', mime: given ? mime : Buffer.from(mime) })) as EmailIndex;
}

/** As `prepareOutgoing`. */
export async function prepareAside(mime: Buffer, sender: Sender): Promise<Outgoing> {
  if (mime.length < longMail) return prepareOutgoing(mime, sender);
  const outgoing = (await aside({ job: 'outgoing', mime: Buffer.from(mime), sender })) as Outgoing;
  return { ...outgoing, mime: Buffer.from(outgoing.mime.buffer), sentCopy: Buffer.from(outgoing.sentCopy.buffer) };
}

/** Waits for the one before. */
let lane: Promise<unknown> = Promise.resolve();

function aside(request: AsideRequest): Promise<unknown> {
  const turn = lane.then(() => inThread(request));
  lane = turn.catch(() => undefined);
  return turn;
}

/** A thread for each: it starts in a fraction of what a long mail takes, and leaves no memory behind. */
function inThread(request: AsideRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // Its own heap: what the main thread may use says nothing of it.
    const thread = new Worker(new URL('./aside-thread.js', import.meta.url), {
      workerData: request,
      transferList: [request.mime.buffer as ArrayBuffer],
    });
    thread.once('message', (reply: AsideReply) => {
      if ('done' in reply) resolve(reply.done);
      else reject(reply.code ? new EasError(reply.code, reply.message) : new Error(reply.message));
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the thread for long mails ended')));
  });
}
