/**
 * Element → WBXML bytes: header 03 01 6A 00, pages switched only where the page changes, text as STR_I, bytes as
 * OPAQUE. Every text becomes valid UTF-8 without NUL or XML-forbidden characters here, so that no caller has to
 * think of it. Large byte values are passed on, not copied.
 */
import { asBuffer, type Element, isLate, type LateBytes } from './element.ts';
import { cleanText, hasControl, hasNonCharacter } from './text.ts';
import { END, HAS_CONTENT, HEADER, OPAQUE, STR_I, SWITCH_PAGE } from './tokens.ts';

export interface Encoded<Piece = Buffer> {
  readonly chunks: readonly Piece[];
  /** Bytes of all chunks together. */
  readonly length: number;
}

/** What is written one after the other; late bytes when their turn comes. */
export type Chunk = Buffer | LateBytes;

/** Encodes a document. Byte values of `passOn` bytes and more are not copied: do not change them until it is sent. */
export function encodeChunks(root: Element): Encoded<Chunk> {
  const writer = new Writer();
  writer.element(root);
  return writer.finish();
}

/** The same for a document that is all there. Throws TypeError when a part of it is late. */
export function encode(root: Element): Encoded {
  const { chunks, length } = encodeChunks(root);
  if (!chunks.every(Buffer.isBuffer)) throw new TypeError('a part of the document is late');
  return { chunks, length };
}

/** The document in one piece. */
export function encodeToBuffer(root: Element): Buffer {
  const { chunks, length } = encode(root);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length);
}

const passOn = 16 * 1024;
/** Text of so many UTF-16 units gets memory of its own, so that the scratch buffer stays small. */
const longText = 256 * 1024;
const shortText = 24;
const shortBytes = 32;

// One scratch buffer serves all documents: encoding never waits, so no two are written at the same time.
const smallestScratch = 64 * 1024;
let scratch: Buffer;
let words: Int32Array;
newScratch(smallestScratch);
const largestScratch = 4 * 1024 * 1024;

/** Memory of its own, so that its words lie on word boundaries. */
function newScratch(size: number): void {
  scratch = Buffer.allocUnsafeSlow(Math.ceil(size / 4) * 4);
  words = new Int32Array(scratch.buffer, scratch.byteOffset, scratch.length >> 2);
}

class Writer {
  #position = 0;
  #page = 0;
  #length = 0;
  readonly #chunks: Chunk[] = [];

  constructor() {
    for (const byte of HEADER) scratch[this.#position++] = byte;
  }

  element({ tag, children, value, inline, late }: Element): void {
    // Page, tag, short text and END: looked after once for most elements.
    this.#reserve(shortText + 8);
    let position = this.#position;
    const page = tag >> 8;
    if (page !== this.#page) {
      scratch[position++] = SWITCH_PAGE;
      scratch[position++] = page;
      this.#page = page;
    }
    if (value === undefined && children.length === 0 && !late?.size) {
      scratch[position++] = tag & 0xff;
      this.#position = position;
      return;
    }
    scratch[position++] = (tag & 0xff) | HAS_CONTENT;
    this.#position = position;
    if (typeof value === 'string') this.#text(value);
    else if (value !== undefined) this.#bytes(value, inline && !asBuffer(value).includes(0));
    else if (late) this.#bytes(late, late.text);
    for (let index = 0; index < children.length; index += 1) this.element(children[index]!);
    this.#reserve(1);
    scratch[this.#position++] = END;
  }

  finish(): Encoded<Chunk> {
    this.#flush();
    // A single huge text must not keep its memory for ever.
    if (scratch.length > largestScratch) newScratch(smallestScratch);
    return { chunks: this.#chunks, length: this.#length };
  }

  #text(value: string): void {
    if (value.length <= shortText && this.#shortAscii(value)) return;
    if (value.length >= longText) {
      this.#bytes(Buffer.from(cleanText(value), 'utf8'), true); // without NUL by now
      return;
    }
    // A UTF-16 unit takes at most three bytes in UTF-8.
    this.#reserve(value.length * 3 + 2);
    scratch[this.#position++] = STR_I;
    const start = this.#position;
    let length = scratch.write(value, start);
    // Looked over as bytes, four at a time: a regular expression over the text takes longer than all the rest.
    if (hasControl(scratch, words, start, start + length) || (length !== value.length && hasNonCharacter(value))) {
      length = scratch.write(cleanText(value), start);
    }
    this.#position = start + length;
    scratch[this.#position++] = 0;
  }

  /** Writes printable ASCII without a call into native code; false leaves nothing written. There is room for it. */
  #shortAscii(value: string): boolean {
    let position = this.#position;
    scratch[position++] = STR_I;
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit < 0x20 || unit > 0x7e) return false;
      scratch[position++] = unit;
    }
    scratch[position++] = 0;
    this.#position = position;
    return true;
  }

  #bytes(value: Uint8Array | LateBytes, asText: boolean): void {
    const size = isLate(value) ? value.size : value.length;
    this.#reserve(6);
    if (asText) scratch[this.#position++] = STR_I;
    else {
      scratch[this.#position++] = OPAQUE;
      this.#integer(size);
    }
    if (isLate(value) || size >= passOn) {
      this.#flush();
      this.#chunks.push(isLate(value) ? value : asBuffer(value));
      this.#length += size;
    } else {
      this.#reserve(value.length + 1);
      if (value.length > shortBytes) scratch.set(value, this.#position);
      else for (let index = 0; index < value.length; index += 1) scratch[this.#position + index] = value[index]!;
      this.#position += value.length;
    }
    if (asText) {
      this.#reserve(1);
      scratch[this.#position++] = 0;
    }
  }

  #integer(value: number): void {
    let shift = 0;
    while (value >>> shift > 0x7f && shift < 28) shift += 7;
    for (; shift > 0; shift -= 7) scratch[this.#position++] = 0x80 | ((value >>> shift) & 0x7f);
    scratch[this.#position++] = value & 0x7f;
  }

  #reserve(count: number): void {
    const needed = this.#position + count;
    if (needed <= scratch.length) return;
    const smaller = scratch;
    newScratch(Math.max(needed, smaller.length * 2));
    smaller.copy(scratch, 0, 0, this.#position);
  }

  #flush(): void {
    if (this.#position === 0) return;
    this.#chunks.push(Buffer.from(scratch.subarray(0, this.#position)));
    this.#length += this.#position;
    this.#position = 0;
  }
}
