// Contacts of a .vcf file (vCard 2.1, 3 and 4) as they are stored. What the protocol cannot say, or has no place left for, is kept
// as `source`. Invariants: a card that cannot be read is named by its line and stops no other; nothing is shifted. Pure.
import { createHash } from 'node:crypto';
import ICAL from 'ical.js';
import type { Fields, Json } from '../../domain/item.ts';
import { type LineError, parseComponents } from '../calendar/icalendar.ts';
import { leftoverText } from '../leftover.ts';
import { addressParts, easName, fieldOfEasName, listed, numberRules, singleTexts } from './card-fields.ts';
import { asNewCards } from './old-card.ts';

/** Bytes of base64 ([MS-ASCNTC] R384). */
const largestPicture = 48 * 1024;

export interface ReadCards {
  readonly items: readonly Fields[];
  readonly errors: readonly LineError[];
}

type Draft = Record<string, Json>;
type Take = (property: ICAL.Property, draft: Draft, refuse: (reason: string) => void) => boolean;

export function readCardFile(text: string): ReadCards {
  const { roots, errors: lines, lineOf } = parseComponents(asNewCards(text), 'vcard');
  const errors = [...lines];
  const items: Fields[] = [];
  for (const card of roots) {
    const reasons: string[] = [];
    const fields = readCard(card, (reason) => reasons.push(reason));
    if (fields) items.push(fields);
    const of = fields && { uid: String(fields.uid) };
    errors.push(...reasons.map((reason) => ({ line: lineOf(card), reason, ...of })));
  }
  return { items, errors: errors.sort((a, b) => a.line - b.line) };
}

function readCard(card: ICAL.Component, refuse: (reason: string) => void): Fields | undefined {
  const draft: Draft = {};
  const rest = new ICAL.Component('vcard');
  // Copied: what is kept leaves the card.
  for (const property of [...card.getAllProperties()]) {
    const take = takers[property.name] ?? takeOther;
    if (!take(property, draft, refuse)) rest.addProperty(property);
  }
  const uid = textIn(card.getFirstProperty('uid'));
  if (Object.keys(draft).length === 0) {
    refuse('a card that says nothing');
    return undefined;
  }
  draft.FileAs ??= [draft.LastName, draft.FirstName].filter(Boolean).join(', ') || (draft.CompanyName ?? '');
  const said = createHash('sha256').update(JSON.stringify(draft)).digest('hex').slice(0, 40);
  const source = rest.getAllProperties().length > 0 ? leftoverText([rest]) : undefined;
  return { ...draft, uid: uid || said, ...(source !== undefined && { source }) };
}

function textIn(property: ICAL.Property | null): string {
  return textsIn(property)[0] ?? '';
}
/** ical.js leaves escaped semicolons as they are. */
function textsIn(property: ICAL.Property | null): string[] {
  return (property?.getValues() ?? []).flat().map((value) => String(value).replaceAll('\\;', ';').trim());
}
function typesOf(property: ICAL.Property): Set<string> {
  const types = property.getParameter('type') ?? [];
  return new Set([types].flat().flatMap((type) => type.toUpperCase().split(',')));
}

/** Into the first of these fields that is free. */
function place(draft: Draft, fields: readonly string[], value: string): boolean {
  const free = fields.find((field) => draft[field] === undefined);
  if (free === undefined || value === '') return value === '';
  draft[free] = value;
  return true;
}

const takeName: Take = (property, draft) => {
  const parts = textsIn(property);
  for (const [at, field] of ['LastName', 'FirstName', 'MiddleName', 'Title', 'Suffix'].entries()) {
    if (parts[at]) draft[field] = parts[at];
  }
  return true;
};

const takeOrganization: Take = (property, draft) => {
  const [company, ...departments] = textsIn(property);
  const department = departments.filter(Boolean).join(', ');
  return place(draft, ['CompanyName'], company ?? '') && place(draft, ['Department'], department);
};

const takeAddress: Take = (property, draft) => {
  const types = typesOf(property);
  const kinds = types.has('HOME') ? ['Home'] : types.has('WORK') ? ['Business'] : ['Other', 'Home', 'Business'];
  const parts = textsIn(property);
  const free = kinds.find((kind) =>
    Object.values(addressParts).every((part) => draft[`${kind}Address${part}`] === undefined),
  );
  if (free === undefined) return false;
  // A box and an extension stand before the street.
  const street = [parts[0], parts[1], parts[2]].filter(Boolean).join(', ');
  for (const [at, part] of Object.entries(addressParts)) {
    const value = part === 'Street' ? street : parts[Number(at)];
    if (value) draft[`${free}Address${part}`] = value;
  }
  return true;
};

const takeNumber: Take = (property, draft) => {
  const types = typesOf(property);
  const value = textIn(property).replace(/^tel:/i, '');
  const rule = numberRules.find(({ needs }) => needs.every((type) => types.has(type)));
  return place(draft, rule?.fields ?? [], value);
};

const takeDay: (field: string) => Take = (field) => (property, draft, refuse) => {
  const [, year, month, date] = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(textIn(property)) ?? [];
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date));
  if (year === undefined || new Date(at).getUTCDate() !== Number(date)) {
    refuse(`${property.name.toUpperCase()} is no whole date: kept for exports alone`);
    return false;
  }
  draft[field] = at;
  return true;
};

const takePhoto: Take = (property, draft, refuse) => {
  const value = textIn(property);
  const base64 = /^data:[^,]*;base64,(.*)$/is.exec(value)?.[1] ?? (property.type === 'binary' ? value : undefined);
  if (base64 === undefined) return false;
  const picture = base64.replace(/\s/g, '');
  if (picture.length > largestPicture) {
    refuse('a photo over 48 KB: kept for exports alone');
    return false;
  }
  return place(draft, ['Picture'], picture);
};

const takeList: (field: string) => Take = (field) => (property, draft) => {
  const before = (draft[field] as readonly string[] | undefined) ?? [];
  const values = textsIn(property).filter(Boolean);
  draft[field] = [...new Set([...before, ...values])].slice(0, 300);
  return before.length + values.length <= 300;
};

const takeNote: Take = (property, draft) => {
  const before = (draft.Body as { data: string } | undefined)?.data;
  const data = [before, textIn(property)].filter(Boolean).join('\n\n');
  if (data !== '') draft.Body = { type: 1, data };
  return true;
};

const takeRelated: Take = (property, draft, refuse) => {
  const types = typesOf(property);
  if (types.has('SPOUSE')) return place(draft, ['Spouse'], textIn(property));
  return types.has('CHILD') ? takeList('Children')(property, draft, refuse) : false;
};

const taken = (): boolean => true;
const text: (...fields: string[]) => Take =
  (...fields) =>
  (property, draft) =>
    place(draft, fields, textIn(property));

const takeOther: Take = (property, draft) => {
  const field = fieldOfEasName(property.name);
  return field !== undefined && place(draft, [field], textIn(property));
};

const imAddress: Take = (property, draft) => place(draft, listed.IMAddress, textIn(property).replace(/^[a-z]+:/i, ''));
const takers: Readonly<Record<string, Take>> = {
  ...Object.fromEntries(Object.entries(singleTexts).map(([name, field]) => [name, text(field)])),
  version: taken,
  uid: taken,
  rev: taken,
  prodid: taken,
  n: takeName,
  fn: text('FileAs'),
  org: takeOrganization,
  adr: takeAddress,
  tel: takeNumber,
  email: (property, draft) => place(draft, listed.EmailAddress, textIn(property).replace(/^mailto:/i, '')),
  impp: imAddress,
  'x-aim': imAddress,
  'x-jabber': imAddress,
  'x-skype': imAddress,
  bday: takeDay('Birthday'),
  anniversary: takeDay('Anniversary'),
  'x-anniversary': takeDay('Anniversary'),
  photo: takePhoto,
  categories: takeList('Categories'),
  [easName('Children')]: takeList('Children'),
  related: takeRelated,
  note: takeNote,
};
