/**
 * The multipart answer of ItemOperations ([MS-ASCMD] 2.2.1.10.1.1 MultiPartResponse): a count, a place of each part, then the
 * parts. Part 0 is the document; ItemOperations:Part names the others. All numbers are 32 bits, little-endian.
 */
import { type Chunk, isLate } from '../wbxml/index.ts';

/** Each part is one chunk or several. */
export function buildMultipart(parts: readonly (readonly Chunk[])[]): Chunk[] {
  const header = Buffer.alloc(4 + 8 * parts.length);
  header.writeInt32LE(parts.length, 0);
  let offset = header.length;
  parts.forEach((part, i) => {
    const length = part.reduce((sum, chunk) => sum + (isLate(chunk) ? chunk.size : chunk.length), 0);
    header.writeInt32LE(offset, 4 + 8 * i);
    header.writeInt32LE(length, 8 + 8 * i);
    offset += length;
  });
  return [header, ...parts.flat()];
}

/** The parts of a whole body; undefined when it is none. */
export function readMultipart(body: Buffer): Buffer[] | undefined {
  const count = body.length < 4 ? -1 : body.readInt32LE(0);
  if (count < 1 || body.length < 4 + 8 * count) return undefined;
  const parts: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const offset = body.readInt32LE(4 + 8 * i);
    const length = body.readInt32LE(8 + 8 * i);
    if (offset < 0 || length < 0 || offset + length > body.length) return undefined;
    parts.push(body.subarray(offset, offset + length));
  }
  return parts;
}
