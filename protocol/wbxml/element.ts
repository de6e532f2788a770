/**
 * One element of a WBXML document. It holds numbers, text and bytes, never names: `tag` is `page << 8 | token`.
 * Elements are values: nobody changes one after it was made, and a byte value may share memory with the body it
 * was read from.
 */
export interface Element {
  readonly tag: number;
  /** Empty when there are none; elements without children share one array. */
  readonly children: readonly Element[];
  /** Text as string, OPAQUE as bytes; undefined when the element is empty or only has children. */
  readonly value: string | Uint8Array | undefined;
  /** Of bytes only: they stand in the document as inline text (STR_I), not as OPAQUE. */
  readonly inline: boolean;
  /** Instead of a value, and only in what is written. */
  readonly late?: LateBytes;
}

/** Bytes too many to hold: they come in pieces, when the document is sent. */
export interface LateBytes {
  /** Of all pieces together, exactly. */
  readonly size: number;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** They are fit for inline text (`isText`). */
  readonly text: boolean;
}

export type Content = string | Uint8Array | readonly Element[];

const none: readonly Element[] = [];

export function element(tag: number | { readonly code: number }, content?: Content): Element {
  const code = typeof tag === 'number' ? tag : tag.code;
  if (content === undefined) return { tag: code, children: none, value: undefined, inline: false };
  if (typeof content === 'string' || content instanceof Uint8Array) {
    return { tag: code, children: none, value: content.length === 0 ? undefined : content, inline: false };
  }
  return { tag: code, children: content, value: undefined, inline: false };
}

/**
 * Bytes that go out as inline text, exactly as they are. The caller has made sure that they are fit for it
 * (`isText`); what is not goes out as OPAQUE.
 */
export function inlineBytes(tag: number, bytes: Uint8Array): Element {
  return { tag, children: none, value: bytes.length === 0 ? undefined : bytes, inline: bytes.length > 0 };
}

/** Bytes that are read while the document is sent. */
export function lateElement(tag: number, late: LateBytes): Element {
  return { tag, children: none, value: undefined, inline: false, late };
}

export function isLate(value: string | Uint8Array | LateBytes): value is LateBytes {
  return typeof value === 'object' && 'open' in value;
}

/** The same content under another tag: what was written for ApplicationData becomes Properties. */
export function retagged(source: Element, tag: number | { readonly code: number }): Element {
  return { ...source, tag: typeof tag === 'number' ? tag : tag.code };
}

/** The first child with that tag. */
export function child(parent: Element, tag: number | { readonly code: number }): Element | undefined {
  const code = typeof tag === 'number' ? tag : tag.code;
  return parent.children.find((each) => each.tag === code);
}

/** Text of an element, '' when it is empty; bytes are read as UTF-8. */
export function textOf(source: Element): string {
  const { value } = source;
  if (value === undefined) return '';
  return typeof value === 'string' ? value : asBuffer(value).toString('utf8');
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
