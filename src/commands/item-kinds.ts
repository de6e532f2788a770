// What Sync, Search and ItemOperations need of an item's class: how a device's Add and Change become commands of sync/, and
// how an item becomes ApplicationData. One row a class; a class without one is refused. Nothing here knows sync state.
import { email, type SyncRequestCommand, type WrittenEmail, write } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { contactsCodec } from '../content/contacts/codec.ts';
import { weighEmail } from '../content/email/application-data.ts';
import { notesCodec } from '../content/notes/codec.ts';
import { smsCodec } from '../content/sms/codec.ts';
import { tasksCodec } from '../content/tasks/codec.ts';
import type { Collection, ItemClass } from '../domain/collection.ts';
import type { BlobId, Modseq } from '../domain/ids.ts';
import { isMail, type LivingItem } from '../domain/item.ts';
import type { RenderOptions, SyncOptions } from '../domain/sync-record.ts';
import type { Beside, DeviceCommand } from '../sync/commands.ts';
import { calendarKind } from './calendar-items.ts';
import type { Context } from './define.ts';
import { addedDraft, changedDraft, prepareAdd, prepareChange } from './drafts.ts';
import { renderChange, renderEmail } from './email-items.ts';
import { fieldsKind } from './fields-items.ts';

export type AddCommand = Extract<SyncRequestCommand, { Add: unknown }>['Add'];
export type ChangeCommand = Extract<SyncRequestCommand, { Change: unknown }>['Change'];
export type DeleteCommand = Extract<SyncRequestCommand, { Delete: unknown }>['Delete'];

export interface KeptFile {
  readonly blob: BlobId;
  readonly type: string;
  readonly size: number;
}

export interface ItemKind {
  /** What a device's commands mean; blobs they need are written before the transaction. */
  prepareAdd(context: Context, folder: Collection, add: AddCommand): Promise<DeviceCommand>;
  prepareChange(context: Context, folder: Collection, change: ChangeCommand): Promise<DeviceCommand>;
  /** A Delete of a part of an item; absent where there are no parts. */
  prepareInstanceDelete?(context: Context, folder: Collection, remove: DeleteCommand): Promise<DeviceCommand>;
  /** What its end lists beside, by the item. */
  removed?(context: Context): (item: LivingItem) => Beside | undefined;
  /** A file that lies with it; absent where references name parts of a message. */
  file?(item: LivingItem, key: string): KeptFile | undefined;
  /** ApplicationData: the whole item, and what a Change tells of it. One that cannot be read is a stub that says so. */
  whole(context: Context, item: LivingItem, options: RenderOptions): Promise<Element>;
  changed(context: Context, item: LivingItem, options: RenderOptions, since: Modseq): Promise<Element>;
  /** What the answer to an Add tells beside the ServerId. */
  added(context: Context, item: LivingItem, add: AddCommand): Element | undefined;
  /** What the answer to a Change that went well tells; absent: such a Change is not answered. */
  answered?(context: Context, item: LivingItem, change: ChangeCommand): Element | undefined;
  /** Bytes that it takes in an answer, about. */
  weigh(item: LivingItem, options: SyncOptions): number;
}

const emailKind: ItemKind = {
  prepareAdd: (context, folder, add) => {
    const holdsDrafts = folder.type === 3 && Number(context.version) >= 16;
    return prepareAdd(context, holdsDrafts ? folder.id : undefined, add);
  },
  prepareChange: (context, folder, change) => prepareChange(context, folder.id, change),
  whole: async (context, item, options) => asElement(context, await renderEmail(context, item, options)),
  changed: async (context, item, options, since) =>
    asElement(context, await renderChange(context, item, options, since)),
  added: (context, item, add) => (isMail(item) ? addedDraft(context, item, add) : undefined),
  answered: (context, item, change) => (isMail(item) ? changedDraft(context, item, change) : undefined),
  weigh: (item, options) => (isMail(item) ? weighEmail(item.content, options.bodyPreferences) : 512),
};

function asElement({ version }: Context, written: WrittenEmail): Element {
  return write(email, written, { version });
}

const kinds: Readonly<Partial<Record<ItemClass, ItemKind>>> = {
  Email: emailKind,
  Calendar: calendarKind,
  Contacts: fieldsKind('Contacts', contactsCodec),
  Tasks: fieldsKind('Tasks', tasksCodec),
  Notes: fieldsKind('Notes', notesCodec),
  SMS: fieldsKind('SMS', smsCodec),
};

/** Undefined for a class that is not served. */
export function itemKind(itemClass: ItemClass | undefined): ItemKind | undefined {
  return itemClass && kinds[itemClass];
}
/** Of an item that is stored; those of classes without a row stand as mails that cannot be read. */
export function kindOf({ class: itemClass }: Pick<LivingItem, 'class'>): ItemKind {
  return kinds[itemClass] ?? emailKind;
}
