/**
 * WBXML bytes → Element in one pass: numbers only, no names, no XML.
 * Invariants: throws nothing but WbxmlError; never reads outside the body; depth, count and size are bounded, so
 * that work and memory stay proportional to the body. Unknown tags and pages are decoded like any: tags delimit
 * themselves. It must never know a page, a command or a version.
 */
import { asBuffer, type Element } from './element.ts';
import { decodeStrictly } from './text.ts';
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

export type WbxmlErrorCode =
  | 'truncated'
  | 'version'
  | 'charset'
  | 'integer'
  | 'string-table'
  | 'token'
  | 'attributes'
  | 'entity'
  | 'root'
  | 'depth'
  | 'elements'
  | 'length';

/** Why a body is not a document: the reason, the offset of the byte, and the tags that were open there. */
export class WbxmlError extends Error {
  readonly code: WbxmlErrorCode;
  readonly offset: number;
  readonly path: readonly number[];

  constructor(code: WbxmlErrorCode, offset: number, path: readonly number[], message: string) {
    super(`${message} at byte ${offset}`);
    this.name = 'WbxmlError';
    this.code = code;
    this.offset = offset;
    this.path = path;
  }
}

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
}

/** Decodes one document; OPAQUE values share memory with `bytes`. Throws WbxmlError. */
export function decode(bytes: Uint8Array, limits: Limits = defaultLimits): Document {
  const decoder = new Decoder(asBuffer(bytes), limits);
  decoder.header();
  const root = decoder.root();
  return { root, trailing: bytes.length - decoder.position };
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
  readonly #bytes: Buffer;
  readonly #limits: Limits;
  #tableStart = 0;
  #tableEnd = 0;
  #tableBytes = 0;
  #elements = 0;
  #page = 0;
  readonly #open: OpenElement[] = [];

  constructor(bytes: Buffer, limits: Limits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  header(): void {
    const version = this.#byte();
    if (version < 0x01 || version > 0x03) {
      this.#fail('version', 0, `version 0x${version.toString(16)} is not 1.1 to 1.3`);
    }
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
      this.#fail('string-table', charsetAt, 'the public identifier lies outside the string table');
    }
    this.position = this.#tableEnd;
  }

  root(): Element {
    for (;;) {
      const at = this.position;
      const token = this.#byte();
      if (token === SWITCH_PAGE) this.#page = this.#byte();
      else if (token < 0x05 || (token & TOKEN_MASK) < 0x05) this.#fail('root', at, 'a tag is expected');
      else return this.#body(this.#start(token, at));
    }
  }

  #body(first: Element | undefined): Element {
    if (first !== undefined) return first;
    for (;;) {
      const at = this.position;
      const token = this.#byte();
      const current = this.#open[this.#open.length - 1]!;
      switch (token) {
        case END: {
          const done = this.#close();
          const parent = this.#open[this.#open.length - 1];
          if (parent === undefined) return done;
          parent.children.push(done);
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
          if (empty !== undefined) current.children.push(empty);
        }
      }
    }
  }

  /** Opens an element; one without content is returned at once. */
  #start(token: number, at: number): Element | undefined {
    if (token & HAS_ATTRIBUTES) this.#fail('attributes', at, 'attributes are not used in EAS');
    this.#count(at);
    const tag = (this.#page << 8) | (token & TOKEN_MASK);
    if ((token & HAS_CONTENT) === 0) return { tag, children: childless, value: undefined, inline: false };
    if (this.#open.length >= this.#limits.depth) this.#fail('depth', at, `more than ${this.#limits.depth} open tags`);
    this.#open.push({ tag, children: [], value: undefined, inline: false, pieces: undefined, length: 0 });
    return undefined;
  }

  #close(): Element {
    const { tag, children, value: only, inline, pieces } = this.#open.pop()!;
    const value = pieces === undefined ? only : Buffer.concat(pieces.map(bytesOf));
    const empty = value === undefined || value.length === 0;
    return {
      tag,
      children: children.length === 0 ? childless : children,
      value: empty ? undefined : value,
      inline: inline && !empty,
    };
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
    const start = this.position;
    const end = this.#bytes.indexOf(0, start);
    if (end < 0) this.#fail('truncated', at, 'the text has no end');
    this.position = end + 1;
    if (end - start > this.#limits.length) this.#fail('length', at, 'the text is too long');
    return text(this.#bytes, start, end);
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
    const start = this.#tableStart + this.#integer();
    if (start >= this.#tableEnd) this.#fail('string-table', at, 'the index lies outside the string table');
    const end = this.#bytes.indexOf(0, start);
    if (end < 0 || end >= this.#tableEnd) this.#fail('string-table', at, 'the text in the string table has no end');
    this.#tableBytes += end - start;
    // One long entry named again and again must not grow without bound.
    if (this.#tableBytes > Math.min(this.#limits.length, 64 * 1024 + 4 * this.#bytes.length)) {
      this.#fail('length', at, 'the string table is used too often');
    }
    return text(this.#bytes, start, end);
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
    throw new WbxmlError(
      code,
      offset,
      this.#open.map((each) => each.tag),
      message,
    );
  }
}

/** Text of a range that holds no NUL. What is not UTF-8 stays bytes, so that 8-bit mail keeps its exact form. */
function text(bytes: Buffer, start: number, end: number): string | Uint8Array {
  if (end - start <= 24) {
    const short = shortAscii(bytes, start, end);
    if (short !== undefined) return short;
  }
  const decoded = bytes.toString('utf8', start, end);
  if (!decoded.includes('\ufffd')) return decoded;
  const range = bytes.subarray(start, end);
  return decodeStrictly(range) ?? range;
}

function shortAscii(bytes: Buffer, start: number, end: number): string | undefined {
  let result = '';
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index]!;
    if (byte > 0x7f) return undefined;
    result += String.fromCharCode(byte);
  }
  return result;
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}
