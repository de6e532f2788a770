import { airNotify } from './air-notify.ts';
import { airSync } from './air-sync.ts';
import { airSyncBase } from './air-sync-base.ts';
import { calendar } from './calendar.ts';
import { composeMail } from './compose-mail.ts';
import { contacts } from './contacts.ts';
import { contacts2 } from './contacts2.ts';
import { documentLibrary } from './document-library.ts';
import { email } from './email.ts';
import { email2 } from './email2.ts';
import { find } from './find.ts';
import { folderHierarchy } from './folder-hierarchy.ts';
import { gal } from './gal.ts';
import { getItemEstimate } from './get-item-estimate.ts';
import { itemOperations } from './item-operations.ts';
import { meetingResponse } from './meeting-response.ts';
import { move } from './move.ts';
import { notes } from './notes.ts';
import { infoOf, type PageInfo, type Tag } from './page.ts';
import { ping } from './ping.ts';
import { provision } from './provision.ts';
import { resolveRecipients } from './resolve-recipients.ts';
import { rightsManagement } from './rights-management.ts';
import { search } from './search.ts';
import { settings } from './settings.ts';
import { tasks } from './tasks.ts';
import { validateCert } from './validate-cert.ts';

export { infoOf, type Page, type PageInfo, page, type Tag } from './page.ts';
export {
  airNotify,
  airSync,
  airSyncBase,
  calendar,
  composeMail,
  contacts,
  contacts2,
  documentLibrary,
  email,
  email2,
  find,
  folderHierarchy,
  gal,
  getItemEstimate,
  itemOperations,
  meetingResponse,
  move,
  notes,
  ping,
  provision,
  resolveRecipients,
  rightsManagement,
  search,
  settings,
  tasks,
  validateCert,
};

/** All code pages; the index is the page number. */
export const pages: readonly PageInfo[] = [
  airSync,
  contacts,
  email,
  airNotify,
  calendar,
  move,
  getItemEstimate,
  folderHierarchy,
  meetingResponse,
  tasks,
  resolveRecipients,
  validateCert,
  contacts2,
  ping,
  provision,
  search,
  gal,
  airSyncBase,
  settings,
  documentLibrary,
  itemOperations,
  composeMail,
  email2,
  notes,
  rightsManagement,
  find,
].map((each) => infoOf(each));

const tagsByCode: ReadonlyMap<number, Tag> = new Map(pages.flatMap((each) => each.tags.map((tag) => [tag.code, tag])));

/** The tag of `page << 8 | token`; undefined for a token that no page defines. */
export function tagOf(code: number): Tag | undefined {
  return tagsByCode.get(code);
}

/** `SyncKey`; a token that no page defines is named by its numbers: `0:2A`. */
export function tagName(code: number): string {
  return tagsByCode.get(code)?.name ?? `${code >> 8}:${(code & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;
}
