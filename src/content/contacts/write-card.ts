// Contacts as a .vcf file: vCard 3.0, which every program reads; ical.js folds and escapes. Pure.
import ICAL from 'ical.js';
import type { Fields } from '../../domain/item.ts';
import { asText, type TextBody } from '../body.ts';
import { cleanText } from '../email/charset.ts';
import { addLeftover, readLeftover } from '../leftover.ts';
import { addressParts, easName, listed, numberRules, singleTexts, textFields } from './card-fields.ts';

type Property = [name: string, parameters: Record<string, string | string[]>, type: string, ...values: unknown[]];

const once: ReadonlySet<string> = new Set(['photo', 'bday', 'anniversary', 'x-anniversary']);

export function writeCardFile(contacts: readonly Fields[]): string {
  return contacts.map((contact) => `${writeCard(contact)}\r\n`).join('');
}

function writeCard(contact: Fields): string {
  const card = new ICAL.Component(['vcard', propertiesOf(contact), []] as never);
  const [rest] = readLeftover(typeof contact.source === 'string' ? contact.source : undefined);
  if (rest) addLeftover(card, rest, once);
  return card.toString();
}

function propertiesOf(contact: Fields): Property[] {
  const written = new Set<string>();
  const say = (field: string): string => {
    written.add(field);
    const value = contact[field];
    return typeof value === 'string' ? cleanText(value).replace(/\r\n?/g, '\n') : '';
  };
  const properties: Property[] = [['version', {}, 'text', '3.0']];
  const add = (name: string, value: string, parameters: Property[1] = {}, type = 'text'): void => {
    // Numbers and links have no escapes.
    const line = type === 'text' ? value : value.replace(/\s+/g, ' ');
    if (line !== '') properties.push([name, parameters, type, line]);
  };
  if (typeof contact.uid === 'string') add('uid', contact.uid);
  const name = ['LastName', 'FirstName', 'MiddleName', 'Title', 'Suffix'].map(say);
  properties.push(['n', {}, 'text', name]);
  properties.push(['fn', {}, 'text', say('FileAs') || name.slice(0, 2).reverse().filter(Boolean).join(' ')]);
  const organization = [say('CompanyName'), say('Department')];
  if (organization.some(Boolean)) properties.push(['org', {}, 'text', organization]);
  for (const [property, field] of Object.entries(singleTexts)) {
    add(property, say(field), {}, property === 'url' ? 'uri' : 'text');
  }
  for (const field of listed.EmailAddress) add('email', say(field), { type: 'INTERNET' });
  for (const field of listed.IMAddress) add('impp', say(field), {}, 'uri');
  for (const { needs, fields } of numberRules.slice(0, -1)) {
    for (const field of fields.filter((name) => !written.has(name)))
      add('tel', say(field), { type: needs.length > 1 ? [...needs] : needs[0]! }, 'phone-number');
  }
  for (const [kind, type] of Object.entries({ Home: 'HOME', Business: 'WORK', Other: undefined })) {
    const parts = Object.values(addressParts).map((part) => say(`${kind}Address${part}`));
    if (parts.some(Boolean)) properties.push(['adr', type ? { type } : {}, 'text', ['', '', ...parts]]);
  }
  for (const [property, field] of [
    ['bday', 'Birthday'],
    ['x-anniversary', 'Anniversary'],
  ] as const) {
    const at = contact[field];
    if (typeof at === 'number')
      add(property, new Date(at).toISOString().slice(0, 10), {}, property === 'bday' ? 'date' : 'text');
  }
  if (typeof contact.Picture === 'string') add('photo', contact.Picture, { encoding: 'b' }, 'binary');
  const clean = (values: unknown) => (Array.isArray(values) ? values.map((value) => cleanText(String(value))) : []);
  const categories = clean(contact.Categories);
  if (categories.length > 0) properties.push(['categories', {}, 'text', ...categories]);
  for (const child of clean(contact.Children)) add(easName('Children'), child);
  const body = contact.Body as TextBody | undefined;
  if (body) add('note', cleanText(asText(body)).replace(/\r\n?/g, '\n'));
  for (const field of textFields) if (!written.has(field)) add(easName(field), say(field));
  return properties;
}
