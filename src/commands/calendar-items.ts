// Events in Sync: what a device writes of them, and what follows from it: mails to the guests (16.0 and later), files that lie
// with an event, and Adds of what is there already.
import { calendar, type ReadCalendar, write } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { announceFor } from '../content/calendar/announce.ts';
import { asEvent, asFields, calendarCodec, filesOf, namesUid } from '../content/calendar/codec.ts';
import { readCalendar } from '../content/calendar/read-event.ts';
import { clientUidWord } from '../content/calendar/uid.ts';
import { attachmentKey } from '../content/email/draft.ts';
import { fileReference, parseFileReference } from '../content/email/file-reference.ts';
import { findMeetings, itemsOfWord } from '../delivery/find-meetings.ts';
import { EasError } from '../domain/errors.ts';
import type { EventFile } from '../domain/event.ts';
import type { ServerId } from '../domain/ids.ts';
import type { Fields, LivingItem } from '../domain/item.ts';
import type { Beside } from '../sync/commands.ts';
import type { Context } from './define.ts';
import { type FieldsHooks, fieldsKind } from './fields-items.ts';
import type { ItemKind } from './item-kinds.ts';
import { postMeetingMail } from './meetings.ts';

type Attached = NonNullable<ReadCalendar['Attachments']>['Add'];

function addedTo(context: Context, data: Element): NonNullable<Attached> {
  return readCalendar(data, context.version).Attachments?.Add ?? [];
}

/** [MS-ASAIRS] 2.2.2.2 Add: files alone; a message within is for drafts. */
async function store(context: Context, data: Element): Promise<EventFile[]> {
  const files: EventFile[] = [];
  const brought = addedTo(context, data).reduce((sum, { Content }) => sum + Content.length, 0);
  if (brought > 0) {
    // Asked beforehand, so that one event is refused and not all that came with it.
    const { bytes, quota } = await context.read((reader) => reader.account());
    if (quota !== undefined && bytes + brought > quota) throw new EasError('over-quota');
  }
  for (const { ClientId, Content, Method = 1, ...about } of addedTo(context, data)) {
    if (Method !== 1) throw new EasError('item-invalid', `Method ${Method}`);
    const content = Buffer.from(Content);
    if (content.length > context.limits.message) throw new EasError('too-large', 'a file of an event');
    const { id, size } = await context.store.blobs.put(content);
    files.push({
      key: attachmentKey(ClientId, content),
      blob: id,
      name: about.DisplayName || 'attachment',
      size,
      ...(about.ContentType && { type: about.ContentType }),
      ...(about.ContentId && { contentId: about.ContentId }),
      ...(about.ContentLocation && { contentLocation: about.ContentLocation }),
      ...(about.IsInline && { inline: true }),
    });
  }
  return files;
}

const bring: FieldsHooks['bring'] = async (context, data, id) => {
  const removed = (readCalendar(data, context.version).Attachments?.Delete ?? []).map(({ FileReference }) => {
    const named = parseFileReference(FileReference);
    if (!named || named.id !== id) throw new EasError('item-invalid', `FileReference ${FileReference}`);
    return named.key;
  });
  const added = await store(context, data);
  return added.length + removed.length > 0 ? { files: { added, removed } } : {};
};

const settle: FieldsHooks['settle'] = (context, before, after, spoken) => {
  const told = announceFor(before && asEvent(before), asEvent(after.fields), spoken);
  const fields = asFields(told.event!);
  const same = JSON.stringify(asEvent(fields).attendees) === JSON.stringify(asEvent(after.fields).attendees);
  return {
    ...after,
    fields,
    exact: after.exact && (same || before === undefined),
    beside: posted(context, told.mails),
  };
};

function posted(context: Context, mails: ReturnType<typeof announceFor>['mails']): Beside {
  return async (tx) => {
    for (const mail of mails) await postMeetingMail(context, tx, mail);
  };
}

/** By the ClientUid of an Add that comes again (MS-ASCAL_R2062); up to 14.1 by the UID of what the phone had from a mail. */
const adopt: FieldsHooks['adopt'] = async (tx, folder, data, spoken) => {
  const { ClientUid, UID } = readCalendar(data, spoken.version);
  const here = ({ collection }: LivingItem): boolean => collection === folder;
  if (ClientUid) {
    const found = await itemsOfWord(tx, clientUidWord(ClientUid), 'Calendar');
    const item = found.find((one) => here(one) && asEvent(one.content).clientUid === ClientUid);
    return item && { item };
  }
  if (!UID || !namesUid(spoken.version)) return undefined;
  const item = (await findMeetings(tx, UID)).find((one) => here(one) && asEvent(one.content).instance === undefined);
  return item && { item, change: (before) => calendarCodec.change(before, data, spoken) };
};

const removed: FieldsHooks['removed'] = (context) => (item) => {
  if (item.class !== 'Calendar' || item.damaged !== undefined) return undefined;
  return async (tx, id) => {
    const spoken = { version: context.version, account: await tx.account(), now: context.clock.now() };
    const { mails } = announceFor(asEvent(item.content as Fields), undefined, spoken);
    await posted(context, mails)(tx, id);
  };
};

/** [MS-ASAIRS] R1336: the FileReference that each ClientId became. */
function named(context: Context, id: ServerId, data: Element) {
  const Attachment = addedTo(context, data).map(({ ClientId, Content }) => ({
    ClientId,
    FileReference: fileReference(id, attachmentKey(ClientId, Buffer.from(Content))),
  }));
  return Attachment.length > 0 ? { Attachments: { Attachment } } : undefined;
}

export const calendarKind: ItemKind = fieldsKind('Calendar', calendarCodec, {
  bring,
  settle,
  adopt,
  removed,
  file: (item, key) => {
    const file = filesOf(asEvent(item.content as Fields)).find((one) => one.key === key);
    return file && { blob: file.blob, type: file.type ?? 'application/octet-stream', size: file.size };
  },
  added: (context, { id, content }, { ApplicationData }) => {
    const { version } = context;
    const own = calendarCodec.added?.(content as Fields, version);
    const files = own && named(context, id, ApplicationData);
    return files ? write(calendar, { UID: asEvent(content as Fields).uid, ...files }, { version }) : own;
  },
  answered: (context, { id }, { ApplicationData }) => {
    const files = named(context, id, ApplicationData);
    return files && write(calendar, files, { version: context.version });
  },
});
