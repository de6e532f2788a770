/**
 * What a leaf element holds. Reading is tolerant of the form (text or bytes, blanks around numbers) but not of the
 * meaning: `read` gives undefined when the content cannot be that type, and the reader reports it.
 */
import { formatCompactDateTime, formatDateTime, parseDate } from '../values/dates.ts';
import {
  asBuffer,
  type Element,
  element,
  inlineBytes,
  isLate,
  type LateBytes,
  lateElement,
  textOf,
} from '../wbxml/element.ts';
import { isText } from '../wbxml/text.ts';

export interface Leaf<Read, Written = Read> {
  readonly type: string;
  read(source: Element): Read | undefined;
  write(tag: number, value: Written): Element;
}

export const text: Leaf<string> = {
  type: 'text',
  read: textOf,
  write: element,
};

/** [MS-ASDTYPE]: decimal digits, perhaps with a sign. */
export const int: Leaf<number> = {
  type: 'int',
  read: (source) => readInteger(source, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  write: (tag, value) => element(tag, String(value)),
};

export const unsignedByte: Leaf<number> = {
  type: 'unsignedByte',
  read: (source) => readInteger(source, 0, 255),
  write: (tag, value) => element(tag, String(value)),
};

/** A number, or '' for the empty element: "no limit" in policies, "removed" in items. */
export const intOrEmpty: Leaf<number | ''> = {
  type: 'intOrEmpty',
  read: (source) => (textOf(source).trim() === '' ? '' : int.read(source)),
  write: (tag, value) => element(tag, String(value)),
};

export const double: Leaf<number> = {
  type: 'double',
  read: (source) => {
    const content = textOf(source).trim();
    const value = Number(content);
    return content === '' || !Number.isFinite(value) ? undefined : value;
  },
  write: (tag, value) => element(tag, String(value)),
};

/** `0` or `1`; the empty element is true. */
export const boolean: Leaf<boolean> = {
  type: 'boolean',
  read: (source) => {
    const content = textOf(source).trim();
    if (content === '1' || content === '') return true;
    return content === '0' ? false : undefined;
  },
  write: (tag, value) => element(tag, value ? '1' : '0'),
};

/** Bytes, sent as OPAQUE; base64 text is read too. */
export const opaque: Leaf<Buffer, Uint8Array> = {
  type: 'opaque',
  read: (source) => {
    const { value } = source;
    if (value === undefined) return Buffer.alloc(0);
    if (typeof value !== 'string') return asBuffer(value);
    const base64 = value.replace(/\s/g, '');
    return /^[A-Za-z0-9+/]*={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
  },
  write: element,
};

/** A message, byte for byte, whether it came as text or as OPAQUE. Sent as OPAQUE. */
export const mime: Leaf<Buffer, Uint8Array> = {
  type: 'mime',
  read: (source) => {
    const { value } = source;
    if (value === undefined) return Buffer.alloc(0);
    return typeof value === 'string' ? Buffer.from(value, 'utf8') : asBuffer(value);
  },
  write: element,
};

/**
 * Text that may be a whole message ([MS-ASAIRS] Data, Type 4): bytes go out exactly as they are, as text when they
 * are valid UTF-8 without forbidden characters, else as OPAQUE. Read as bytes only when they are not valid UTF-8
 * or came as OPAQUE.
 */
export const textOrBytes: Leaf<string | Buffer, string | Uint8Array | LateBytes> = {
  type: 'textOrBytes',
  read: ({ value }) => (value === undefined || typeof value === 'string' ? (value ?? '') : asBuffer(value)),
  write: (tag, value) => {
    if (isLate(value)) return lateElement(tag, value);
    if (typeof value === 'string') return element(tag, value);
    return isText(value) ? inlineBytes(tag, value) : element(tag, value);
  },
};

/** Text that may be too long to hold when it is written. */
export const textOrLate: Leaf<string, string | LateBytes> = {
  type: 'text',
  read: textOf,
  write: (tag, value) => (isLate(value) ? lateElement(tag, value) : element(tag, value)),
};

/** The empty element; what it holds is not looked at. */
export const empty: Leaf<true> = {
  type: 'empty',
  read: () => true,
  write: (tag) => element(tag),
};

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`; the compact form is read too. '' is the empty element: no date. */
export const dateTime: Leaf<string> = {
  type: 'dateTime',
  read: (source) => readDate(source, formatDateTime),
  write: element,
};

/** `YYYYMMDDTHHMMSSZ`; the long form is read too. '' is the empty element: no date. */
export const compactDateTime: Leaf<string> = {
  type: 'compactDateTime',
  read: (source) => readDate(source, formatCompactDateTime),
  write: element,
};

function readDate(source: Element, format: (milliseconds: number) => string): string | undefined {
  const content = textOf(source).trim();
  if (content === '') return '';
  if (format === formatDateTime && isExact(content)) return content;
  const milliseconds = parseDate(content);
  return milliseconds === undefined ? undefined : format(milliseconds);
}

/** Whether it is a date in just the form that is written, as most are: there the native parser says so sooner. */
function isExact(content: string): boolean {
  if (content.length !== 24) return false;
  const milliseconds = Date.parse(content);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === content;
}

function readInteger(source: Element, least: number, most: number): number | undefined {
  const content = textOf(source).trim();
  if (!/^[+-]?\d{1,16}$/.test(content)) return undefined;
  const value = Number(content);
  return value >= least && value <= most ? value : undefined;
}
