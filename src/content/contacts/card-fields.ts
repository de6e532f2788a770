// Which field of a contact ([MS-ASCNTC] 2.2.2 Elements) is which property of a card: one table for both ways. Fields that vCard
// has no name for get one of ours, so that a file holds all of a contact.
import { contactChildren } from '../../../protocol/index.ts';

/** Fields that are one text. */
export const textFields: readonly string[] = contactChildren
  .map((child) => ('key' in child ? String(child.key) : ''))
  .filter((key) => key !== '' && !/25$|^Body|^Compressed|^Native|^Alias$|^WeightedRank$/.test(key))
  .filter((key) => !['Picture', 'Anniversary', 'Birthday', 'Categories', 'Children'].includes(key));

/** Property → field. */
export const singleTexts = {
  nickname: 'NickName',
  title: 'JobTitle',
  url: 'WebPage',
  'x-spouse': 'Spouse',
  'x-assistant': 'AssistantName',
  'x-manager': 'ManagerName',
  'x-phonetic-first-name': 'YomiFirstName',
  'x-phonetic-last-name': 'YomiLastName',
  'x-phonetic-org': 'YomiCompanyName',
} as const;

/** Place in ADR → part of an address. */
export const addressParts = { 2: 'Street', 3: 'City', 4: 'State', 5: 'PostalCode', 6: 'Country' } as const;

/** By the types of a TEL; the first rule whose types are all there. */
export const numberRules: readonly { readonly needs: readonly string[]; readonly fields: readonly string[] }[] = [
  { needs: ['PAGER'], fields: ['PagerNumber'] },
  { needs: ['CAR'], fields: ['CarPhoneNumber'] },
  { needs: ['HOME', 'FAX'], fields: ['HomeFaxNumber'] },
  { needs: ['WORK', 'FAX'], fields: ['BusinessFaxNumber'] },
  { needs: ['FAX'], fields: ['BusinessFaxNumber'] },
  { needs: ['WORK', 'MAIN'], fields: ['CompanyMainPhone'] },
  { needs: ['CELL'], fields: ['MobilePhoneNumber'] },
  { needs: ['HOME'], fields: ['HomePhoneNumber', 'Home2PhoneNumber'] },
  { needs: ['WORK'], fields: ['BusinessPhoneNumber', 'Business2PhoneNumber'] },
  { needs: [], fields: ['MobilePhoneNumber', 'HomePhoneNumber', 'BusinessPhoneNumber', 'RadioPhoneNumber'] },
];

/** Properties that come as often as there are fields. */
export const listed = {
  EmailAddress: ['Email1Address', 'Email2Address', 'Email3Address'],
  IMAddress: ['IMAddress', 'IMAddress2', 'IMAddress3'],
} as const;

/** Of a field that vCard has no property for. */
export function easName(field: string): string {
  return `x-eas-${field.toLowerCase()}`;
}
const byEasName = new Map(textFields.map((field) => [easName(field), field]));
export function fieldOfEasName(name: string): string | undefined {
  return byEasName.get(name);
}
