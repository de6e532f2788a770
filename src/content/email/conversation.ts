// [MS-ASCON] 2.2.2.3 ConversationId and 2.2.2.4 ConversationIndex: which thread a mail belongs to, and where in it.
// Invariant: told from the message alone, the same for every copy of it; never from the subject.
import { createHash } from 'node:crypto';
import type { EmailIndex } from '../../domain/email.ts';
import type { ConversationId } from '../../domain/ids.ts';

/** Thread-Index: 1 reserved byte, 5 of FILETIME, 16 of GUID, then 5 per reply level. */
const headerLength = 22;
const blockLength = 5;
const maxBlocks = 200;

export interface Conversation {
  readonly conversation: ConversationId;
  /** Base64. */
  readonly conversationIndex: string;
}
type Threaded = Pick<EmailIndex, 'references' | 'threadIndex' | 'messageId' | 'date'>;

/**
 * The root is the first of the references; without any, the GUID of a Thread-Index that has reply levels; else the
 * message itself. `received` (milliseconds) dates a message without a Date.
 */
export function conversationOf(index: Threaded, received = 0): Conversation {
  const thread = readThreadIndex(index.threadIndex);
  const root = index.references[0];
  const guid =
    root === undefined && thread && thread.length > headerLength ? thread.subarray(6, headerLength) : undefined;
  const id = guid ? guid.toString('hex') : hashOf(root ?? index.messageId);
  return {
    conversation: id as ConversationId,
    conversationIndex: indexBytes(index, thread, received).toString('base64'),
  };
}
function indexBytes(index: Threaded, thread: Buffer | undefined, received: number): Buffer {
  if (thread) return Buffer.concat([thread.subarray(1, 6), thread.subarray(headerLength)]);
  const levels = Math.min(index.references.length, maxBlocks);
  return Buffer.concat([fileTime(index.date ?? received), Buffer.alloc(levels * blockLength)]);
}
function readThreadIndex(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const levels = (bytes.length - headerLength) / blockLength;
  return levels >= 0 && Number.isInteger(levels) && levels <= maxBlocks ? bytes : undefined;
}
/** The high 5 of the 8 bytes of a FILETIME without its first: what follows the reserved byte of a Thread-Index. */
function fileTime(milliseconds: number): Buffer {
  const ticks = (BigInt(Math.trunc(milliseconds)) + 11_644_473_600_000n) * 10_000n;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(ticks);
  return bytes.subarray(1, 6);
}
function hashOf(messageId: string): string {
  return createHash('sha256').update(messageId).digest('hex').slice(0, 32);
}

/** The Thread-Index header of an answer or forward of `original`: its own and one level more, base64. */
export function nextThreadIndex(original: Threaded, now: number): string {
  const known = readThreadIndex(original.threadIndex);
  const start =
    known ??
    Buffer.concat([
      Buffer.from([1]),
      fileTime(original.date ?? now),
      Buffer.from(conversationOf(original).conversation, 'hex'),
    ]);
  return Buffer.concat([start, replyBlock(start, now)]).toString('base64');
}
/** A delta code bit, 31 bits of time since the header, 8 bits of chance, here of the clock. */
function replyBlock(thread: Buffer, now: number): Buffer {
  // The reserved first byte is also the FILETIME's first of eight; its last two are not kept.
  const headerTicks = (1n << 56n) + (BigInt(thread.readUIntBE(1, 5)) << 16n);
  const passed = (BigInt(Math.trunc(now)) + 11_644_473_600_000n) * 10_000n - headerTicks;
  const delta = passed > 0n ? passed : 0n;
  const far = delta >= 1n << 49n;
  const bits = (far ? delta >> 23n : delta >> 18n) & 0x7fffffffn;
  const block = Buffer.alloc(blockLength);
  block.writeUInt32BE(Number((far ? 0x80000000n : 0n) | bits));
  block[4] = now % 251;
  return block;
}
