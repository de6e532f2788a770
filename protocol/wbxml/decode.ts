/**
 * WBXML bytes → Element in one pass: numbers only, no names, no XML.
 * Invariants: throws nothing but WbxmlError; never reads outside the body; depth, count and size are bounded, so
 * that work and memory stay proportional to the body. Unknown tags and pages are decoded like any: tags delimit
 * themselves. It must never know a page, a command or a version.
 */
import { asBuffer, type Element } from './element.ts';
import { WbxmlError, type WbxmlErrorCode } from './error.ts';
import { asciiOf, shortAsciiEnd, textOrBytes } from './text.ts';
import {
  END,
  ENTITY,
  HAS_ATTRIBUTES,
  HAS_CONTENT,
  OPAQUE,
  STR_I,
  STR_T,
  SWITCH_PAGE,
  TOKEN_MASK,
  UTF_8,
} from './tokens.ts';

export interface Limits {
  /** Open elements. */
  readonly depth: number;
  /** Elements and pieces of text together. */
  readonly elements: number;
  /** Bytes of one text or OPAQUE, and of all that is taken from the string table. */
  readonly length: number;
}

export const defaultLimits: Limits = { depth: 64, elements: 200_000, length: 64 * 1024 * 1024 };

export interface Document {
  readonly root: Element;
  /** Bytes after the END of the root, which are no part of the document. */
  readonly trailing: number;
  /** What the decoder did: one for each token, and one for each byte that it looked at or joined. At most 4 a byte. */
  readonly steps: number;
}

/** Decodes one document; OPAQUE values share memory with `bytes`. Throws WbxmlError. */
export function decode(bytes: Uint8Array, limits: Limits = defaultLimits): Document {
  const decoder = new Decoder(asBuffer(bytes), limits);
  const root = decoder.document();
  return { root, trailing: bytes.length - decoder.position, steps: decoder.steps };
}

export interface Torn {
  /** What was read before the error, with every open tag closed there; undefined when no tag was read. */
  readonly root: Element | undefined;
  /** Undefined for a whole document. */
  readonly error: WbxmlError | undefined;
  readonly trailing: number;
}

/** Decodes as far as it goes, for people who look for what is wrong with a body. Throws nothing. */
export function decodeTorn(bytes: Uint8Array, limits: Limits = defaultLimits): Torn {
  const decoder = new Decoder(asBuffer(bytes), limits);
  try {
    return { root: decoder.document(), error: undefined, trailing: bytes.length - decoder.position };
  } catch (error) {
    if (!(error instanceof WbxmlError)) throw error;
    return { root: decoder.closeAll(), error, trailing: 0 };
  }
}

interface OpenElement {
  readonly tag: number;
  readonly children: Element[];
  value: string | Uint8Array | undefined;
  inline: boolean;
  /** All pieces, when text and bytes or several bytes follow each other: joined once, at the END. */
  pieces: (string | Uint8Array)[] | undefined;
  length: number;
}

const childless: readonly Element[] = [];

class Decoder {
  position = 0;
  steps = 0;
  readonly #bytes: Buffer;
  readonly #limits: Limits;
  #tableStart = 0;
  #tableEnd = 0;
  /** Texts of the string table by index: each is decoded once, however often it is named. */
  #table: Map<number, string | Uint8Array> | undefined;
  #tableUsed = 0;
  #copied = 0;
  #elements = 0;
  #page = 0;
  readonly #open: OpenElement[] = [];

  constructor(bytes: Buffer, limits: Limits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  document(): Element {
    this.#header();
    return this.#root();
  }

  closeAll(): Element | undefined {
    let done: Element | undefined;
    while (this.#open.length > 0) {
      const inner = done;
      if (inner !== undefined) this.#open.at(-1)!.children.push(inner);
      done = this.#close(false);
    }
    return done;
  }

  #header(): void {
    const version = this.#byte();
    if (version < 0x01 || version > 0x03) {
      this.#fail('version', 0, `version 0x${version.toString(16)} is not 1.1 to 1.3`);
    }
    const publicIdAt = this.position;
    const publicId = this.#integer();
    const publicIdIndex = publicId === 0 ? this.#integer() : -1;
    const charsetAt = this.position;
    const charset = this.#integer();
    if (charset !== UTF_8) this.#fail('charset', charsetAt, `charset ${charset} is not 106 (UTF-8)`);
    const length = this.#integer();
    this.#tableStart = this.position;
    this.#tableEnd = this.position + length;
    if (this.#tableEnd > this.#bytes.length) this.#fail('truncated', this.position, 'the string table is cut off');
    if (publicIdIndex > 0 && publicIdIndex >= length) {
      this.#fail('string-table', publicIdAt, 'the public identifier lies outside the string table');
    }
    this.position = this.#tableEnd;
  }

  #root(): Element {
    for (;;) {
      const at = this.position;
      const token = this.#byte();
      if (token === SWITCH_PAGE) this.#page = this.#byte();
      else if (token < 0x05 || (token & TOKEN_MASK) < 0x05) this.#fail('root', at, 'a tag is expected');
      else return this.#start(token, at) ?? this.#content();
    }
  }

  /** Everything up to the END of the root. */
  #content(): Element {
    let current = this.#open[0]!;
    for (;;) {
      const at = this.position;
      const token = this.#byte();
      switch (token) {
        case END: {
          const done = this.#close(true);
          const parent = this.#open[this.#open.length - 1];
          if (parent === undefined) return done;
          parent.children.push(done);
          current = parent;
          break;
        }
        case SWITCH_PAGE:
          this.#page = this.#byte();
          break;
        case STR_I:
          this.#append(current, this.#inlineText(at), true, at);
          break;
        case OPAQUE:
          this.#append(current, this.#opaque(at), false, at);
          break;
        case STR_T:
          this.#append(current, this.#tableText(at), true, at);
          break;
        case ENTITY:
          this.#append(current, this.#entity(at), true, at);
          break;
        default: {
          if ((token & TOKEN_MASK) < 0x05) this.#fail('token', at, `token 0x${token.toString(16)} is not used in EAS`);
          const empty = this.#start(token, at);
          if (empty === undefined) current = this.#open[this.#open.length - 1]!;
          else current.children.push(empty);
        }
      }
    }
  }

  /** Opens an element; one without content, or with a short text alone, is returned at once. */
  #start(token: number, at: number): Element | undefined {
    if (token & HAS_ATTRIBUTES) this.#fail('attributes', at, 'attributes are not used in EAS');
    this.#count(at);
    const tag = (this.#page << 8) | (token & TOKEN_MASK);
    if ((token & HAS_CONTENT) === 0) return { tag, children: childless, value: undefined, inline: false };
    if (this.#open.length >= this.#limits.depth) this.#fail('depth', at, `more than ${this.#limits.depth} open tags`);
    const leaf = this.#shortLeaf(tag);
    if (leaf === undefined) {
      this.#open.push({ tag, children: [], value: undefined, inline: false, pieces: undefined, length: 0 });
    }
    return leaf;
  }

  /** Most elements are a short text and their END: read at once, without being opened. Others are left as they are. */
  #shortLeaf(tag: number): Element | undefined {
    const bytes = this.#bytes;
    if (bytes[this.position] !== STR_I) return undefined;
    const start = this.position + 1;
    const end = shortAsciiEnd(bytes, start);
    this.steps += end - start;
    if (bytes[end] !== 0 || bytes[end + 1] !== END || end - start > this.#limits.length) return undefined;
    this.position = end + 2;
    this.steps += 3;
    const value = end === start ? undefined : asciiOf(bytes, start, end);
    return { tag, children: childless, value, inline: false };
  }

  #close(bounded: boolean): Element {
    const { tag, children, value: only, inline, pieces } = this.#open[this.#open.length - 1]!;
    const value = pieces === undefined ? only : this.#join(pieces, bounded);
    this.#open.pop();
    const empty = value === undefined || value.length === 0;
    return {
      tag,
      children: children.length === 0 ? childless : children,
      value: empty ? undefined : value,
      inline: inline && !empty,
    };
  }

  #join(pieces: readonly (string | Uint8Array)[], bounded: boolean): Buffer {
    const all = pieces.map(bytesOf);
    const length = all.reduce((sum, each) => sum + each.length, 0);
    this.steps += pieces.length + length;
    if (bounded) this.#copy(length, this.position - 1);
    return Buffer.concat(all, length);
  }

  /**
   * Counts bytes that are joined, or decoded from the string table. In an honest body each is so once; beyond that, entries
   * of the table overlap (many ends of one long text), or are joined to bytes again and again.
   */
  #copy(length: number, at: number): void {
    this.#copied += length;
    if (this.#copied > 2 * this.#bytes.length) this.#fail('length', at, 'the string table is used too often');
  }

  #append(target: OpenElement, piece: string | Uint8Array, isText: boolean, at: number): void {
    const { value } = target;
    target.length += piece.length;
    if (value === undefined) {
      target.value = piece;
      target.inline = isText && typeof piece !== 'string';
      return;
    }
    this.#count(at);
    if (target.length > this.#limits.length) this.#fail('length', at, 'the text is too long');
    if (typeof value === 'string' && typeof piece === 'string' && target.pieces === undefined) {
      target.value = value + piece;
      return;
    }
    const wasText = target.inline || (typeof value === 'string' && target.pieces === undefined);
    target.inline = wasText && isText;
    target.pieces ??= [value];
    target.pieces.push(piece);
  }

  #inlineText(at: number): string | Uint8Array {
    const bytes = this.#bytes;
    const start = this.position;
    // One pass over a short text finds its end and that it is ASCII.
    let end = shortAsciiEnd(bytes, start);
    if (bytes[end] === 0) {
      this.position = end + 1;
      this.steps += end + 1 - start;
      if (end - start > this.#limits.length) this.#fail('length', at, 'the text is too long');
      return asciiOf(bytes, start, end);
    }
    end = bytes.indexOf(0, end);
    if (end < 0) {
      this.steps += bytes.length - start;
      this.#fail('truncated', at, 'the text has no end');
    }
    this.position = end + 1;
    this.steps += end + 1 - start;
    if (end - start > this.#limits.length) this.#fail('length', at, 'the text is too long');
    return textOrBytes(bytes, start, end);
  }

  #opaque(at: number): Uint8Array {
    const length = this.#integer();
    const start = this.position;
    if (length > this.#bytes.length - start) this.#fail('truncated', at, 'the OPAQUE is cut off');
    if (length > this.#limits.length) this.#fail('length', at, 'the OPAQUE is too long');
    this.position = start + length;
    return this.#bytes.subarray(start, start + length);
  }

  #tableText(at: number): string | Uint8Array {
    const index = this.#integer();
    this.#table ??= new Map();
    const value = this.#table.get(index) ?? this.#tableEntry(index, at);
    this.#table.set(index, value);
    this.#tableUsed += value.length;
    // One long entry named again and again must not grow without bound.
    if (this.#tableUsed > Math.min(this.#limits.length, 64 * 1024 + 4 * this.#bytes.length)) {
      this.#fail('length', at, 'the string table is used too often');
    }
    return value;
  }

  #tableEntry(index: number, at: number): string | Uint8Array {
    const start = this.#tableStart + index;
    if (start >= this.#tableEnd) this.#fail('string-table', at, 'the index lies outside the string table');
    const table = this.#bytes.subarray(start, this.#tableEnd);
    const length = table.indexOf(0);
    this.steps += length < 0 ? table.length : length;
    if (length < 0) this.#fail('string-table', at, 'the text in the string table has no end');
    this.#copy(length, at);
    return textOrBytes(table, 0, length);
  }

  #entity(at: number): string {
    const code = this.#integer();
    if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      this.#fail('entity', at, `${code} is not a character`);
    }
    return String.fromCodePoint(code);
  }

  #byte(): number {
    const value = this.#bytes[this.position];
    if (value === undefined) this.#fail('truncated', this.position, 'the document is cut off');
    this.position += 1;
    this.steps += 1;
    return value;
  }

  /** mb_u_int32: seven bits a byte, the high bit says that more follow. */
  #integer(): number {
    const at = this.position;
    let value = 0;
    for (let count = 0; count < 5; count += 1) {
      const byte = this.#byte();
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    return this.#fail('integer', at, 'the integer has more than 32 bits');
  }

  #count(at: number): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.elements) {
      this.#fail('elements', at, `more than ${this.#limits.elements} elements`);
    }
  }

  #fail(code: WbxmlErrorCode, offset: number, message: string): never {
    const path = this.#open.map((each) => each.tag);
    throw new WbxmlError(code, offset, path, message, this.steps);
  }
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}
