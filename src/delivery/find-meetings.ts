import { asEvent } from '../content/calendar/codec.ts';
import { uidWord } from '../content/calendar/uid.ts';
import type { LivingItem, StoredClass } from '../domain/item.ts';
import type { Reader } from '../store/port.ts';

/** More of one UID than a calendar ever has: a series, and occurrences of it alone. */
const most = 100;

/** The living items that a word of `content/calendar/uid` names. */
export async function itemsOfWord<Class extends StoredClass>(
  reader: Reader,
  word: string,
  itemClass: Class,
): Promise<LivingItem<Class>[]> {
  const ids = await reader.search({ words: [{ text: word, prefix: false }], limit: most });
  const items = await Promise.all(ids.map((id) => reader.item(id)));
  return items.filter(
    (item): item is LivingItem<Class> =>
      item?.died === undefined && item?.class === itemClass && item.damaged === undefined,
  );
}

/** The events with this UID in any calendar of the account, the series first. */
export async function findMeetings(reader: Reader, uid: string): Promise<LivingItem<'Calendar'>[]> {
  const items = await itemsOfWord(reader, uidWord(uid), 'Calendar');
  const rank = (item: LivingItem<'Calendar'>): number => (asEvent(item.content).instance === undefined ? 0 : 1);
  return items.filter(({ content }) => asEvent(content).uid === uid).sort((a, b) => rank(a) - rank(b));
}
