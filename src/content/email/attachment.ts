// The content of one part of a mail, byte for byte.
import type { LateBytes } from '../../../protocol/index.ts';
import type { Attachment, EmailIndex, MimePart } from '../../domain/email.ts';
import { EasError } from '../../domain/errors.ts';
import { pieces, type ReadRange } from './late.ts';
import { findPart } from './structure.ts';
import { transferDecoder } from './transfer.ts';

export interface AttachmentFacts {
  /** The part's media type. */
  readonly type: string;
  readonly name: string;
  /** Bytes of the whole content. */
  readonly size: number;
}
export interface AttachmentContent extends AttachmentFacts {
  readonly data: Buffer;
}
export interface AttachmentPieces extends AttachmentFacts {
  /** Bytes of all pieces together. */
  readonly length: number;
  readonly open: () => AsyncGenerator<Buffer>;
}
/** Of the decoded content: from ≤ byte < to. */
export interface ContentRange {
  readonly from: number;
  readonly to: number;
}

/** What references name it by. */
export function keyOf({ key, part }: Attachment): string {
  return key ?? part;
}

/**
 * The decoded bytes of a part, or a range of them, piece by piece; an embedded message comes as its raw bytes. Throws
 * 'item-not-found' when the mail has no such attachment.
 */
export function attachmentPieces(
  email: EmailIndex,
  part: string,
  read: ReadRange,
  range?: ContentRange,
): AttachmentPieces {
  const attachment = email.attachments.find((candidate) => candidate.part === part);
  const found = findPart(email.structure, part);
  if (!attachment || !found) throw new EasError('item-not-found', `part ${part}`);
  const size = found.decodedSize;
  const from = Math.max(0, range?.from ?? 0);
  const to = Math.max(from, Math.min(size, range?.to ?? size));
  const encoded = found.encoding === 'base64' || found.encoding === 'quoted-printable';
  const open = () =>
    encoded
      ? decodedPieces(found, { from, to }, read)
      : pieces({ from: found.bodyStart + from, to: found.bodyStart + to }, read);
  return { type: found.type, name: attachment.name, size, length: to - from, open };
}

/** The same in one piece. */
export async function attachmentContent(...asked: Parameters<typeof attachmentPieces>): Promise<AttachmentContent> {
  const { type, name, size, ...file } = attachmentPieces(...asked);
  return { type, name, size, data: await contentOf(file) };
}
export async function contentOf({ length, open }: Pick<AttachmentPieces, 'length' | 'open'>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of open()) all.push(piece);
  return all.length === 1 ? all[0]! : Buffer.concat(all, length);
}

/** Base64 in one text, as it stands in ItemOperations' Data: written while it is sent. */
export function lateBase64({ length, open }: Pick<AttachmentPieces, 'length' | 'open'>): LateBytes {
  return { size: 4 * Math.ceil(length / 3), text: true, open: () => base64Pieces(open()) };
}

async function* base64Pieces(all: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of all) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1');
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}

async function* decodedPieces(part: MimePart, { from, to }: ContentRange, read: ReadRange): AsyncGenerator<Buffer> {
  const decoder = transferDecoder(part.encoding);
  let at = 0;
  const wanted = (piece: Buffer): Buffer => {
    const start = at;
    at += piece.length;
    return piece.subarray(Math.max(0, from - start), Math.max(0, to - start));
  };
  for await (const raw of pieces({ from: part.bodyStart, to: part.bodyEnd }, read)) {
    const piece = wanted(decoder.write(raw));
    if (piece.length > 0) yield piece;
    if (at >= to) return;
  }
  const last = wanted(decoder.end());
  if (last.length > 0) yield last;
}
