import type { Event } from '../../domain/event.ts';
import { wordsOf } from '../../domain/words.ts';
import { asText } from '../body.ts';
import { clientUidWord, uidWord } from './uid.ts';
import { locationText } from './write-event.ts';

/** What search finds an event by, and the server those of a UID. */
export function wordsOfEvent(event: Event): string[] {
  const { subject = '', location, body, organizer, attendees = [], exceptions = [], uid, clientUid } = event;
  const texts = wordsOf(
    subject,
    location ? locationText(location) : '',
    ...attendees.flatMap(({ name, email }) => [name, email]),
    ...(organizer ? [organizer.name, organizer.email] : []),
    ...exceptions.flatMap((exception) => [exception.subject ?? '']),
    body ? asText(body) : '',
  );
  return [uidWord(uid), ...(clientUid === undefined ? [] : [clientUidWord(clientUid)]), ...texts];
}
