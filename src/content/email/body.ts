// [MS-ASAIRS] 2.2.2.9 Body: which of the wanted types a mail is given in, and how much of it.
// Invariants: a cut never splits a character, a signed or encrypted mail is never cut; estimatedSize is the whole body in
// that type, in bytes; what the stored preview answers reads nothing, anything else at most the part it shows.
import { isLate, type LateBytes } from '../../../protocol/index.ts';
import type { EmailIndex, MimePart } from '../../domain/email.ts';
import type { BodyPreference } from '../../domain/sync-record.ts';
import { cutText, cutUtf8 } from './charset.ts';
import { textToHtml } from './html.ts';
import { held, lateRange, type ReadRange } from './late.ts';
import { isSealed } from './message-class.ts';
import { ownHtml, ownText } from './own-part.ts';
import { findPart } from './structure.ts';
import { partText, plainText } from './text-body.ts';

export interface BodyOptions {
  readonly preferences: readonly BodyPreference[];
  readonly mimeSupport: 0 | 1 | 2;
  /** The code as sent, 0–8. */
  readonly mimeTruncation?: number | undefined;
  /** '12.1', '16.1'. */
  readonly version: string;
}
export interface RenderedBody {
  readonly type: 1 | 2 | 4;
  readonly estimatedSize: number;
  readonly truncated: boolean;
  /** Text of types 1 and 2, the bytes as they are of type 4; absent when none may be sent. */
  readonly data?: string | Buffer | LateBytes;
  readonly preview?: string;
}

/** [MS-ASCMD] 2.2.3.111 MIMETruncation: bytes per code; 8 is all. */
const mimeLimits = [0, 4096, 5120, 7168, 10240, 20480, 51200, 102400] as const;
/** Below it a part is read whole: a second read would cost more. */
const readAtOnce = 256 * 1024;

/** [MS-ASAIRS] 2.2.2.12 BodyPreference: the body of a mail as the device wants it. */
export async function chooseBody(email: EmailIndex, options: BodyOptions, read: ReadRange): Promise<RenderedBody> {
  const rendered = await renderFirst(email, preferencesFor(email, options), options, read);
  const preview = previewFor(email, options, rendered);
  return preview === undefined ? rendered : { ...rendered, preview };
}

/** Of more HTML than this no part is worked out. */
const largestPart = 4 * 1024 * 1024;
/** [MS-ASAIRS] 2.2.2.37 Status, of a BodyPart. */
const partStatus = { done: 1, tooLarge: 176 } as const;

export type RenderedPart = RenderedBody & { readonly status: number };

/** [MS-ASAIRS] 2.2.2.10 BodyPart: what its sender wrote of the message, as HTML, in the limits of its own preference. */
export async function renderBodyPart(
  email: EmailIndex,
  preference: BodyPreference,
  read: ReadRange,
): Promise<RenderedPart> {
  if (Math.max(email.htmlSize, email.textSize) > largestPart) {
    return { status: partStatus.tooLarge, type: 2, estimatedSize: 0, truncated: false };
  }
  const { truncationSize = Number.POSITIVE_INFINITY, allOrNone, preview } = preference;
  const own = await ownBody(email, read);
  const whole = cutBody(2, own, Buffer.byteLength(own), truncationSize);
  const { data, ...withoutData } = whole;
  const body = allOrNone && whole.truncated ? withoutData : whole;
  const shown = preview ? cutText(oneLine(email.preview, preview), preview) : undefined;
  return { status: partStatus.done, ...body, ...(shown !== undefined && { preview: shown }) };
}

async function ownBody(email: EmailIndex, read: ReadRange): Promise<string> {
  const all = Number.POSITIVE_INFINITY;
  if (email.htmlPart === '') return textToHtml(ownText((await textBody(email, all, read)).data as string));
  return ownHtml((await htmlBody(email, all, read)).data as string);
}

type Preference = BodyPreference & { readonly type: 1 | 2 | 4 };

/** What may be tried, best first: MIME where it is wanted and allowed, then the native type, then as listed. */
function preferencesFor(email: EmailIndex, { preferences, mimeSupport }: BodyOptions): Preference[] {
  const mimeAllowed = mimeSupport === 2 || (mimeSupport === 1 && isSmime(email));
  const usable = preferences.filter((preference): preference is Preference => preference.type !== 3);
  const plain = usable.filter(({ type }) => type !== 4);
  const ordered = [
    ...usable.filter(({ type }) => type === 4 && mimeAllowed),
    ...plain.filter(({ type }) => type === email.nativeBodyType),
    ...plain.filter(({ type }) => type !== email.nativeBodyType),
  ];
  // RTF and forbidden MIME fall to plain text within the same limits.
  return ordered.length > 0 ? ordered : [{ ...preferences[0], type: 1 }];
}
function isSmime(email: EmailIndex): boolean {
  return /^IPM\.Note\.(?:Receipt\.)?SMIME/i.test(email.messageClass);
}

async function renderFirst(
  email: EmailIndex,
  preferences: Preference[],
  options: BodyOptions,
  read: ReadRange,
): Promise<RenderedBody> {
  const [first, ...others] = preferences as [Preference, ...Preference[]];
  const refused = await refusal(email, first, options, read);
  if (!refused) return render(email, first, options, read);
  // AllOrNone refused it: of the others, the one that gives most.
  let best: { given: number; body: RenderedBody } | undefined;
  for (const preference of others) {
    if (await refusal(email, preference, options, read)) continue;
    const body = await render(email, preference, options, read);
    const given = body.data === undefined ? 0 : lengthOf(body.data);
    if (!best || given > best.given) best = { given, body };
  }
  return best?.body ?? refused;
}

/** [MS-ASAIRS] 2.2.2.3 AllOrNone: the body without data when it is too large for this preference. */
async function refusal(
  email: EmailIndex,
  preference: Preference,
  options: BodyOptions,
  read: ReadRange,
): Promise<RenderedBody | undefined> {
  if (!preference.allOrNone || preference.truncationSize === undefined) return undefined;
  if (preference.type === 4 && isSealed(email.structure.type)) return undefined;
  const { estimatedSize } = await render(email, { type: preference.type, truncationSize: 0 }, options, read);
  return estimatedSize > preference.truncationSize
    ? { type: preference.type, estimatedSize, truncated: true }
    : undefined;
}

async function render(
  email: EmailIndex,
  preference: Preference,
  options: BodyOptions,
  read: ReadRange,
): Promise<RenderedBody> {
  const limit = preference.truncationSize ?? Number.POSITIVE_INFINITY;
  switch (preference.type) {
    case 1:
      return textBody(email, limit, read);
    case 2:
      return htmlBody(email, limit, read);
    case 4:
      return mimeBody(email, Math.min(limit, mimeLimits[options.mimeTruncation ?? 8] ?? limit), read);
    default:
      return preference.type satisfies never;
  }
}

async function textBody(email: EmailIndex, limit: number, read: ReadRange): Promise<RenderedBody> {
  const size = email.textSize;
  if (limit === 0) return { type: 1, estimatedSize: size, truncated: size > 0 };
  const stored = Buffer.byteLength(email.preview);
  if (stored === size || limit <= stored) return cutBody(1, email.preview, size, limit);
  const part = findPart(email.structure, email.textPart || email.htmlPart);
  const text = part ? await readText(part, limit, size, read, plainText) : '';
  return cutBody(1, text, size, limit);
}
async function htmlBody(email: EmailIndex, limit: number, read: ReadRange): Promise<RenderedBody> {
  const part = email.htmlPart === '' ? undefined : findPart(email.structure, email.htmlPart);
  if (!part) {
    const whole = textToHtml((await textBody(email, Number.POSITIVE_INFINITY, read)).data as string);
    return cutBody(2, whole, Buffer.byteLength(whole), limit);
  }
  if (limit === 0) return { type: 2, estimatedSize: email.htmlSize, truncated: email.htmlSize > 0 };
  return cutBody(2, await readText(part, limit, email.htmlSize, read, partText), email.htmlSize, limit);
}
function cutBody(type: 1 | 2, text: string, size: number, limit: number): RenderedBody {
  const truncated = size > limit;
  if (limit === 0) return { type, estimatedSize: size, truncated };
  return { type, estimatedSize: size, truncated, data: truncated ? cutUtf8(text, limit) : text };
}

/** Letters at the end of a cut text that its unread rest could still change. */
const unsure = 2048;
/** Enough of the part's text for `limit` bytes of its `size`; large parts are read piece by piece from their start. */
async function readText(
  part: MimePart,
  limit: number,
  size: number,
  read: ReadRange,
  toText: (raw: Buffer, part: MimePart, cut: boolean) => string,
): Promise<string> {
  const wanted = Math.min(limit, size);
  for (let length = Math.max(readAtOnce, 2 * wanted); part.headerStart + length < part.bodyEnd; length *= 2) {
    const raw = await read({ from: part.headerStart, to: part.headerStart + length });
    const text = toText(raw.subarray(0, raw.lastIndexOf(10) + 1), part, true).slice(0, -unsure);
    if (Buffer.byteLength(text) >= wanted) return text;
  }
  return toText(await read({ from: part.headerStart, to: part.bodyEnd }), part, false);
}

async function mimeBody(email: EmailIndex, limit: number, read: ReadRange): Promise<RenderedBody> {
  const { size } = email;
  if (limit === 0) return { type: 4, estimatedSize: size, truncated: size > 0 };
  if (size <= limit || isSealed(email.structure.type)) {
    return { type: 4, estimatedSize: size, truncated: false, data: await messageBytes(size, read) };
  }
  const lastPiece = await read({ from: Math.max(0, limit - held), to: limit });
  const cut = limit - lastPiece.length + cutAtLine(lastPiece);
  return { type: 4, estimatedSize: size, truncated: true, data: await messageBytes(cut, read) };
}
/** A long message is read when it is sent. */
function messageBytes(to: number, read: ReadRange): Promise<Buffer | LateBytes> {
  return to <= held ? read({ from: 0, to }) : lateRange({ from: 0, to }, read);
}
function lengthOf(data: NonNullable<RenderedBody['data']>): number {
  return isLate(data) ? data.size : Buffer.byteLength(data);
}
/** Behind the last line end; without one, between characters. */
function cutAtLine(bytes: Buffer): number {
  const line = bytes.lastIndexOf(10) + 1;
  if (line > 0) return line;
  let end = bytes.length;
  for (let back = 0; back < 4 && end > 0 && (bytes[end - 1]! & 0xc0) === 0x80; back++) end--;
  const lead = bytes[end - 1] ?? 0;
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.length - end + 1 >= needed ? bytes.length : end - 1;
}

/** [MS-ASAIRS] 2.2.2.35.1 Preview (Body): plain text always, not repeated beside plain text. */
function previewFor(email: EmailIndex, { preferences, version }: BodyOptions, body: RenderedBody): string | undefined {
  const asked =
    preferences.find(({ type }) => type === body.type)?.preview ??
    preferences.find(({ preview }) => preview !== undefined)?.preview;
  if (asked === undefined || asked === 0 || Number(version) < 14) return undefined;
  if (body.type === 1 && body.data !== undefined && lengthOf(body.data) > 0) return undefined;
  return cutText(oneLine(email.preview, asked), asked);
}
function oneLine(text: string, length: number): string {
  return text
    .slice(0, 4 * length)
    .replace(/\s+/g, ' ')
    .trim();
}
