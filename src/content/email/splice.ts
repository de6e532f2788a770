// Parts of messages moved as they stand, byte for byte.
import type { MimePart } from '../../domain/email.ts';
import { type Field, readHeader } from './header.ts';
import type { ReadRange } from './late.ts';
import { readStructure } from './structure.ts';
import { multipart } from './write-mime.ts';

/** A part as it stands. Of one that is the whole message, only the Content fields are its own. */
export async function rawPart(part: MimePart, read: ReadRange): Promise<Buffer> {
  const raw = await read({ from: part.headerStart, to: part.bodyEnd });
  const { fields, bodyStart } = readHeader(raw, 0, raw.length);
  if (part.headerStart > 0) return raw;
  const own = fields.filter(({ name }) => name.startsWith('content-')).map(({ from, to }) => raw.subarray(from, to));
  return Buffer.concat([...own, Buffer.from('\r\n'), raw.subarray(bodyStart)]);
}

/** The message with these parts behind what it has: into its own container where that is one, else into a new one. */
export function appendParts(bytes: Buffer, extra: readonly Buffer[]): Buffer {
  const root = readStructure(bytes);
  const boundary = root.parameters.get('boundary');
  const end = root.children.at(-1)?.part.bodyEnd ?? 0;
  const closed = boundary !== undefined && bytes.indexOf(`\r\n--${boundary}--`, end) === end;
  if (root.part.type === 'multipart/mixed' && closed && !extra.some((part) => part.includes(`--${boundary}`))) {
    const pieces = extra.flatMap((part) => [Buffer.from(`\r\n--${boundary}\r\n`, 'latin1'), part]);
    return Buffer.concat([bytes.subarray(0, end), ...pieces, bytes.subarray(end)]);
  }
  const isContent = ({ name }: Field): boolean => name.startsWith('content-');
  const slice = ({ from, to }: Field): Buffer => bytes.subarray(from, to);
  const inner = Buffer.concat([
    ...root.fields.filter(isContent).map(slice),
    Buffer.from('\r\n'),
    bytes.subarray(root.part.bodyStart),
  ]);
  return Buffer.concat([
    ...root.fields.filter((field) => !isContent(field)).map(slice),
    multipart('mixed', [inner, ...extra]),
  ]);
}
