// Contacts and ApplicationData. Kept under the names of the protocol: texts, the two dates as midnights in UTC, the body as
// it came. Invariants: a photo goes only where a device says that it handles photos; a birthday never moves to another day.
import {
  contact,
  formatDateTime,
  keptOfContact,
  parseDate,
  type ReadContact,
  type WrittenContact,
  write,
} from '../../../protocol/index.ts';
import type { Fields, Json } from '../../domain/item.ts';
import { farFuture } from '../../domain/position.ts';
import { wordsOf } from '../../domain/words.ts';
import { asText, bodyAfter, noBody, type TextBody, writeBody25, writeTextBody } from '../body.ts';
import { wallOf } from '../calendar/zone.ts';
import type { FieldsCodec, Spoken, SpokenChange } from '../fields-class.ts';
import { invalid } from '../pattern.ts';
import { readItem } from '../read-item.ts';

const day = 86_400_000;
const hour = 3_600_000;
/** Bytes of base64 ([MS-ASCNTC] R384). */
const largestPicture = 48 * 1024;
const mostListed = 300;

const dates = ['Anniversary', 'Birthday'] as const;
const lists = { Categories: 'Category', Children: 'Child' } as const;
/** What the server says of a contact, or what is another shape of something else. */
const notKept = new Set([
  ...['Body', 'Body25', 'BodySize', 'BodyTruncated', 'CompressedRTF', 'NativeBodyType', 'Picture'],
  ...['Alias', 'WeightedRank', ...dates, ...Object.keys(lists)],
]);

/** What an import knows it by, and what no phone can be told. */
const ofFiles: ReadonlySet<string> = new Set(['uid', 'source']);

export const contactsCodec: FieldsCodec = {
  create: (data, spoken) => ({
    fields: changeContact({}, readItem(contact, data, spoken.version), spoken),
    exact: true,
  }),
  change: (before, data, spoken) => {
    const wire = readItem(contact, data, spoken.version);
    const kept = leaveOut(before, wire, spoken);
    return { fields: changeContact(kept, wire, spoken), exact: wire.Picture !== '' || !('Picture' in before) };
  },
  write: (fields, { version }, bodies) => {
    const { Body, Picture, uid: _, source: __, ...rest } = fields;
    const body = (Body as TextBody | undefined) ?? noBody;
    const shown: Record<string, unknown> = { ...rest, Picture };
    for (const name of dates)
      if (typeof fields[name] === 'number') shown[name] = formatDateTime(fields[name] as number);
    for (const [list, one] of Object.entries(lists)) if (fields[list]) shown[list] = { [one]: fields[list] };
    Object.assign(shown, version === '2.5' ? writeBody25(body, bodies) : newBody(body, bodies));
    return write(contact, shown as WrittenContact, { version });
  },
  stub: (text) => ({ FileAs: text, LastName: text }),
  sortDate: () => farFuture,
  words: ({ Body, ...fields }) => wordsOf(...textsOf(fields), Body ? asText(Body as unknown as TextBody) : ''),
};

function newBody(body: TextBody, bodies: Parameters<typeof writeTextBody>[1]): Partial<WrittenContact> {
  return { Body: writeTextBody(body, bodies), NativeBodyType: body.type };
}

/** Names, addresses and numbers; a photo is no word. */
function textsOf({ Picture: _, uid: __, source: ___, ...fields }: Fields): string[] {
  return Object.values(fields).flatMap((value) =>
    (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string'),
  );
}

/** [MS-ASCMD] 2.2.3.179 Supported: what a Change takes away by not naming it. */
function leaveOut(before: Fields, wire: ReadContact, { supported }: SpokenChange): Fields {
  const stays = (name: string) =>
    name in wire || keptOfContact.has(name) || ofFiles.has(name) || (supported !== undefined && !supported.has(name));
  return Object.fromEntries(Object.entries(before).filter(([name]) => stays(name)));
}

/** `before` with everything that a device named; what came empty is gone. */
function changeContact(before: Fields, wire: ReadContact, spoken: SpokenChange): Fields {
  const next: Record<string, Json | undefined> = { ...before };
  for (const [name, value] of Object.entries(wire)) {
    if (!notKept.has(name) && typeof value === 'string') next[name] = value || undefined;
  }
  for (const name of dates) {
    const text = wire[name];
    if (text !== undefined) next[name] = text === '' ? undefined : dayOf(text, name, spoken);
  }
  if (wire.Categories) next.Categories = listOf('Categories', wire.Categories.Category);
  if (wire.Children) next.Children = listOf('Children', wire.Children.Child);
  // [MS-ASCNTC] R461: a body that is not there stays.
  next.Body = bodyAfter(before.Body as TextBody | undefined, wire, spoken.bodies) as Json | undefined;
  Object.assign(next, changedPicture(wire, spoken));
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as Fields;
}

function listOf(name: string, values: readonly string[] | undefined): Json | undefined {
  if ((values?.length ?? 0) > mostListed) throw invalid(name);
  return values && values.length > 0 ? [...values] : undefined;
}

/** Phones send an empty Picture for one that they never loaded: only a device that named it in Supported takes it away. */
function changedPicture({ Picture }: ReadContact, { supported }: SpokenChange): Record<string, Json | undefined> {
  if (Picture === undefined) return {};
  if (Picture === '') return supported?.has('Picture') ? { Picture: undefined } : {};
  if (Picture.length > largestPicture) throw invalid('Picture');
  return { Picture };
}

/** The day that is meant: midnight of the account's zone says it, else the nearest one in UTC (some send noon, 08:00 or 11:59). */
function dayOf(text: string, name: string, { account }: Spoken): number {
  const at = parseDate(text);
  if (at === undefined) throw invalid(name);
  const wall = wallOf(account.timeZone ?? 'UTC', at);
  if (wall % day === 0) return wall;
  const inDay = ((at % day) + day) % day;
  return at - inDay + (inDay > 12 * hour ? day : 0);
}
