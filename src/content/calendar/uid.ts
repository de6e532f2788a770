// How a UID is told, and how its events are found: by a word of the search index that no text has.
import { createHash } from 'node:crypto';

/** MS-ASCAL_R463: its first 300 characters, in events and in mails about them; a phone only compares it. */
export function shownUid({ uid }: { readonly uid: string }): string {
  return uid.slice(0, 300);
}

function wordFor(kind: 'uid' | 'cid', text: string): string {
  return `${kind}${createHash('sha256').update(text.trim()).digest('hex').slice(0, 32)}`;
}
/** Of an event, and of the mail that brought it. */
export function uidWord(uid: string): string {
  return wordFor('uid', uid);
}
/** [MS-ASCAL] 2.2.2.13 ClientUid */
export function clientUidWord(clientUid: string): string {
  return wordFor('cid', clientUid);
}
