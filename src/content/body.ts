// The body of an item that is no mail: kept as the text or HTML that it came as, given as the device prefers it. Pure.
import type { Body } from '../../protocol/index.ts';
import type { BodyPreference } from '../domain/sync-record.ts';
import { cutText, cutUtf8 } from './email/charset.ts';
import { htmlToText, textToHtml } from './email/html.ts';

export interface TextBody {
  /** 1 text, 2 HTML. */
  readonly type: 1 | 2;
  readonly data: string;
}

/** MS-ASAIRS_R105, R386: of an item without a body a device is told just that, or it would keep the old one. */
export const noBody: TextBody = { type: 1, data: '' };

export function asText({ type, data }: TextBody): string {
  return type === 2 ? htmlToText(data) : data;
}

/** [MS-ASAIRS] 2.2.2.9 Body: in the first wanted type that may be given; sizes in bytes, Preview in characters. */
export function writeTextBody(body: TextBody, preferences: readonly BodyPreference[]): Body {
  const wanted = preferences.filter((each) => each.type === 1 || each.type === 2);
  const native = wanted.find(({ type }) => type === body.type);
  const [first = { type: 1 as const }] = native ? [native, ...wanted] : wanted;
  const fits = (preference: BodyPreference) => {
    const { truncationSize, allOrNone } = preference;
    return !allOrNone || truncationSize === undefined || Buffer.byteLength(convert(body, preference)) <= truncationSize;
  };
  const preference: BodyPreference = wanted.find(fits) === undefined ? first : fits(first) ? first : wanted.find(fits)!;
  const data = convert(body, preference);
  const size = Buffer.byteLength(data);
  const limit = preference.truncationSize ?? Number.POSITIVE_INFINITY;
  const truncated = size > limit;
  const given = !fits(preference) || limit === 0 ? undefined : truncated ? cutUtf8(data, limit) : data;
  const preview =
    preference.preview && !(preference.type === 1 && given) ? cutText(asText(body), preference.preview) : undefined;
  return {
    Type: preference.type,
    EstimatedDataSize: size,
    Truncated: truncated || undefined,
    Data: given,
    Preview: preview,
  };
}

function convert(body: TextBody, { type }: { readonly type: number }): string {
  if (body.data === '') return '';
  if (type === 2) return body.type === 2 ? body.data : textToHtml(body.data);
  return asText(body);
}

/** What a device wrote; undefined for kinds that cannot be kept (RTF), whose old text then stays. Empty: no body any more. */
export function readTextBody({ Type, Data }: Pick<Body, 'Type' | 'Data'>): TextBody | 'none' | undefined {
  if (Type !== 1 && Type !== 2) return undefined;
  // Only what is written can be late.
  const data = Data === undefined ? '' : typeof Data === 'string' ? Data : Buffer.from(Data as Uint8Array).toString();
  return data === '' ? 'none' : { type: Type, data };
}

/**
 * What came back as it was shown leaves what it was shown of: HTML shown as text, text shown as HTML, a long body shown cut.
 * `bodies`: how it was shown. Phones write line ends as they like.
 */
export function keepShown<Told extends TextBody | undefined>(
  before: TextBody | undefined,
  told: Told,
  bodies: readonly BodyPreference[] = [],
): Told | TextBody {
  if (!before) return told;
  if (!told) return bodies.length > 0 && !writeTextBody(before, bodies).Data ? before : told;
  const whole = convert(before, told);
  const cut = bodies.flatMap(({ type, truncationSize }) =>
    type === told.type && truncationSize !== undefined ? [cutUtf8(whole, truncationSize)] : [],
  );
  return [whole, ...cut].some((shown) => lines(shown) === lines(told.data)) ? before : told;
}
function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

/** The body that an item has when a device wrote this of it: one that is not there stays, one that is empty goes. */
export function bodyAfter(
  before: TextBody | undefined,
  { Body, Body25 }: { readonly Body?: Pick<Body, 'Type' | 'Data'> | undefined; readonly Body25?: string | undefined },
  bodies: readonly BodyPreference[] | undefined,
): TextBody | undefined {
  if (Body25 !== undefined) return keepShown(before, Body25 === '' ? undefined : { type: 1, data: Body25 }, bodies);
  const told = Body && readTextBody(Body);
  if (told === undefined) return before;
  return keepShown(before, told === 'none' ? undefined : told, bodies);
}

/** [MS-ASCNTC] and [MS-ASTASK] of version 2.5: plain text, cut as the device asked, and the size of all of it. */
export function writeBody25(
  body: TextBody,
  bodies: readonly BodyPreference[],
): { Body25: string; BodySize: number; BodyTruncated: boolean } {
  const text = asText(body);
  const limit = bodies.find(({ type }) => type === 1)?.truncationSize ?? Number.POSITIVE_INFINITY;
  const size = Buffer.byteLength(text);
  return { Body25: size > limit ? cutUtf8(text, limit) : text, BodySize: size, BodyTruncated: size > limit };
}
