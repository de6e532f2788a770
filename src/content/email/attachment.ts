// The content of one part of a mail, byte for byte.
import type { Attachment, EmailIndex } from '../../domain/email.ts';
import { EasError } from '../../domain/errors.ts';
import type { ReadRange } from './body.ts';
import { findPart } from './structure.ts';
import { transferDecoder } from './transfer.ts';

export interface AttachmentContent {
  /** The part's media type. */
  readonly type: string;
  readonly name: string;
  /** Bytes of the whole content. */
  readonly size: number;
  readonly data: Buffer;
}
/** Of the decoded content: from ≤ byte < to. */
export interface ContentRange {
  readonly from: number;
  readonly to: number;
}
const pieceBytes = 1 << 20;

/** What references name it by. */
export function keyOf({ key, part }: Attachment): string {
  return key ?? part;
}

/**
 * The decoded bytes of a part, or a range of them; an embedded message comes as its raw bytes. It holds one piece of the
 * encoded part at a time beside what it gives. Throws 'item-not-found' when the mail has no such attachment.
 */
export async function attachmentContent(
  email: EmailIndex,
  part: string,
  read: ReadRange,
  range?: ContentRange,
): Promise<AttachmentContent> {
  const attachment = email.attachments.find((candidate) => candidate.part === part);
  const found = findPart(email.structure, part);
  if (!attachment || !found) throw new EasError('item-not-found', `part ${part}`);
  const size = found.decodedSize;
  const from = Math.max(0, range?.from ?? 0);
  const to = Math.min(size, range?.to ?? size);
  const facts = { type: found.type, name: attachment.name, size };
  if (found.encoding !== 'base64' && found.encoding !== 'quoted-printable') {
    return {
      ...facts,
      data: to > from ? await read({ from: found.bodyStart + from, to: found.bodyStart + to }) : Buffer.alloc(0),
    };
  }
  const data = Buffer.alloc(Math.max(0, to - from));
  const decoder = transferDecoder(found.encoding);
  let at = 0;
  const take = (piece: Buffer): void => {
    if (at + piece.length > from && at < to)
      piece.copy(data, Math.max(0, at - from), Math.max(0, from - at), Math.max(0, to - at));
    at += piece.length;
  };
  for (let start = found.bodyStart; start < found.bodyEnd && at < to; start += pieceBytes) {
    take(decoder.write(await read({ from: start, to: Math.min(found.bodyEnd, start + pieceBytes) })));
  }
  take(decoder.end());
  return { ...facts, data };
}
