// Files that come with an invitation, as files of its event: phones of 16.0 and later show them there.
import { attachmentContent } from '../content/email/attachment.ts';
import { attachmentKey } from '../content/email/draft.ts';
import type { ReadRange } from '../content/email/late.ts';
import type { Account } from '../domain/account.ts';
import type { Attachment, EmailIndex } from '../domain/email.ts';
import type { EventFile } from '../domain/event.ts';
import type { Store } from '../store/port.ts';

/** Bytes of all files of one invitation. */
const largest = 25 * 1024 * 1024;
const isCalendar = ({ type, name }: Attachment) =>
  /^(?:text|application)\/(?:calendar|ics)$/.test(type) || /\.ics$/i.test(name);

/** Stored; none where the account has no room for them beside the mail. */
export async function storeFiles(
  store: Store,
  { bytes = 0, quota = Number.POSITIVE_INFINITY }: Pick<Account, 'bytes' | 'quota'>,
  index: EmailIndex,
  read: ReadRange,
): Promise<EventFile[]> {
  const wanted = index.attachments.filter((one) => one.method === 1 && !one.inline && !isCalendar(one));
  const sum = wanted.reduce((total, { size }) => total + size, 0);
  if (sum > largest || bytes + 2 * sum > quota) return [];
  const files: EventFile[] = [];
  for (const { part, name, type, contentId, contentLocation } of wanted) {
    const { data } = await attachmentContent(index, part, read);
    const { id, size } = await store.blobs.put(data);
    const about = { ...(contentId && { contentId }), ...(contentLocation && { contentLocation }) };
    files.push({ key: attachmentKey(name, data), blob: id, name, size, type, ...about });
  }
  return files;
}
