// How the events of a UID are found: a word of the search index that no text has.
import { createHash } from 'node:crypto';

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
