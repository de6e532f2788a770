/**
 * [MS-ASCON] 2.2.2.4 ConversationIndex, and the Thread-Index header of mail that it comes from ([MS-OXOMSG]
 * 2.2.1.3). A Thread-Index is 6 bytes of time, 16 of GUID, then 5 per reply; a phone gets the time without its
 * first byte, and the replies. Times are big-endian FILETIME (100 ns since 1601) without the last two bytes.
 */

const headerLength = 22;
const levelLength = 5;
const epoch = 11_644_473_600_000n;
const droppedOfHeader = 16n;

function fileTime(milliseconds: number): bigint {
  return (BigInt(Math.trunc(milliseconds)) + epoch) * 10_000n;
}

/** The Thread-Index of the first message of a thread; `thread` are the 16 bytes of its GUID. */
export function newThreadIndex(milliseconds: number, thread: Uint8Array): Buffer {
  if (thread.length !== 16) throw new RangeError('a thread is named by 16 bytes');
  const index = Buffer.alloc(headerLength);
  index.writeUIntBE(Number(fileTime(milliseconds) >> droppedOfHeader), 0, 6);
  index.set(thread, 6);
  return index;
}

/** The Thread-Index of a reply or forward; `random` is 0–15 and tells replies of one moment apart. */
export function replyThreadIndex(parent: Uint8Array, milliseconds: number, random: number): Buffer {
  const start = threadStart(parent);
  if (start === undefined) throw new RangeError('the parent is no Thread-Index');
  const passed = fileTime(milliseconds) - fileTime(start);
  const difference = passed < 0n ? 0n : passed;
  // The coarse form begins at 1.7 years, where the fine one is full.
  const coarse = difference >> 49n !== 0n;
  const delta = Number((difference >> (coarse ? 23n : 18n)) & 0x7fffffffn);
  const level = Buffer.alloc(levelLength);
  level.writeUInt32BE(((coarse ? 0x80000000 : 0) | delta) >>> 0, 0);
  level[4] = (random & 0x0f) << 4;
  return Buffer.concat([parent, level]);
}

/** When the thread began, in milliseconds; undefined when it is no Thread-Index. */
export function threadStart(threadIndex: Uint8Array): number | undefined {
  if (!isThreadIndex(threadIndex)) return undefined;
  const high = BigInt(Buffer.from(threadIndex.subarray(0, 6)).readUIntBE(0, 6));
  return Number((high << droppedOfHeader) / 10_000n - epoch);
}

/** The GUID of the thread: 16 bytes, or undefined when it is no Thread-Index. */
export function threadOf(threadIndex: Uint8Array): Buffer | undefined {
  return isThreadIndex(threadIndex) ? Buffer.from(threadIndex.subarray(6, headerLength)) : undefined;
}

/** What a phone gets as Email2:ConversationIndex; undefined when it is no Thread-Index. */
export function conversationIndex(threadIndex: Uint8Array): Buffer | undefined {
  if (!isThreadIndex(threadIndex)) return undefined;
  return Buffer.concat([threadIndex.subarray(1, 6), threadIndex.subarray(headerLength)]);
}

function isThreadIndex(bytes: Uint8Array): boolean {
  return bytes.length >= headerLength && (bytes.length - headerLength) % levelLength === 0;
}
