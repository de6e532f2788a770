// Items whose content is plain fields (an event, a contact, a task, a note), over the codec of their class: Add, Change and
// Delete as commands of sync/, and ApplicationData. Deleted ones are gone for phones; the journal keeps them.
import { tagName } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { FieldsCodec, Spoken, Stored } from '../content/fields-class.ts';
import type { ItemClass } from '../domain/collection.ts';
import { EasError } from '../domain/errors.ts';
import type { ClientId, CollectionId, ServerId } from '../domain/ids.ts';
import type { Fields, LivingItem, NewItem } from '../domain/item.ts';
import type { RenderOptions } from '../domain/sync-record.ts';
import type { Transaction } from '../store/port.ts';
import type { Beside, Changed, DeviceCommand } from '../sync/commands.ts';
import { hashOf } from './command-hash.ts';
import type { Context } from './define.ts';
import { isTransient, quarantine } from './email-items.ts';
import type { ItemKind } from './item-kinds.ts';

function isNoPicture(tag: number): boolean {
  return tagName(tag) !== 'Picture';
}

export type FieldsClass = Exclude<ItemClass, 'Email'>;

const accounts = new WeakMap<Context, Promise<Spoken>>();

/** How the device of a request speaks; the account is looked up once a request. */
function spokenBy(context: Context): Promise<Spoken> {
  let spoken = accounts.get(context);
  if (!spoken) {
    const { version, clock } = context;
    spoken = context.read(async (reader) => ({ version, account: await reader.account(), now: clock.now() }));
    accounts.set(context, spoken);
  }
  return spoken;
}

function itemOf(
  itemClass: FieldsClass,
  codec: FieldsCodec,
  folder: CollectionId,
  fields: Fields,
  now: number,
): NewItem {
  return {
    collection: folder,
    class: itemClass,
    content: fields,
    sortDate: codec.sortDate(fields, now),
    blobs: codec.blobs?.(fields) ?? [],
    words: codec.words(fields),
  };
}

/** What a class does beside keeping its fields. */
export interface FieldsHooks {
  /** What a command carries beside its fields, stored before the transaction; `id`: of the item that is changed. */
  bring?(context: Context, data: Element, id: ServerId | undefined): Promise<Partial<Spoken>>;
  /** How it is kept after all, and what the commit lists beside. */
  settle?(context: Context, before: Fields | undefined, after: Stored, spoken: Spoken): Stored & { beside?: Beside };
  /** The item that an Add means, when it is there already. `change`: what the Add makes of it. */
  adopt?(
    tx: Transaction,
    folder: CollectionId,
    data: Element,
    spoken: Spoken,
  ): Promise<{ readonly item: LivingItem; readonly change?: (before: Fields) => Stored } | undefined>;
  removed?: ItemKind['removed'];
  file?: ItemKind['file'];
  answered?: ItemKind['answered'];
  added?: ItemKind['added'];
}

const unreadable = 'This item could not be read from the server.';

export function fieldsKind(itemClass: FieldsClass, codec: FieldsCodec, hooks: FieldsHooks = {}): ItemKind {
  const settle = hooks.settle ?? ((_: Context, __: unknown, after: Stored) => after as Stored & { beside?: Beside });
  const changeWith =
    (context: Context, change: (before: Fields) => Stored, spoken: Spoken) =>
    (item: LivingItem): Changed => {
      if (item.class !== itemClass) throw new EasError('item-not-found', item.id);
      if (item.damaged !== undefined) throw new EasError('corrupt-item', item.id);
      const before = item.content as Fields;
      const { fields, exact, beside } = settle(context, before, change(before), spoken);
      return {
        item: { ...item, ...itemOf(itemClass, codec, item.collection, fields, spoken.now) },
        touched: ['message', ...(codec.changedObjects?.(before, fields) ?? [])],
        exact,
        ...(beside && { beside }),
      };
    };
  const render = async (context: Context, item: LivingItem, options: RenderOptions): Promise<Element> => {
    const spoken = await spokenBy(context);
    try {
      if (item.damaged !== undefined) throw new EasError('corrupt-item', item.damaged);
      return codec.write(item.content as Fields, { ...spoken, id: item.id }, options.bodyPreferences);
    } catch (error) {
      if (isTransient(error)) throw error;
      await quarantine(context, item, item.damaged ?? String(error));
      return codec.write(codec.stub(unreadable, spoken.now), spoken, []);
    }
  };
  return {
    prepareAdd: async (context, folder, add) => {
      const { ApplicationData: data } = add;
      const named = { kind: 'Add' as const, id: add.ClientId as ClientId, hash: hashOf('Add', data) };
      return orRefused(named, async () => {
        const spoken = { ...(await spokenBy(context)), ...(await hooks.bring?.(context, data, undefined)) };
        const made = codec.create(data, spoken);
        const { fields, exact, beside } = settle(context, undefined, made, spoken);
        const item = itemOf(itemClass, codec, folder.id, fields, spoken.now);
        const adopts = async (tx: Transaction): Promise<Changed | undefined> => {
          const found = await hooks.adopt?.(tx, folder.id, data, spoken);
          const change = found?.change ?? ((before: Fields) => ({ fields: before, exact: false }));
          return found && changeWith(context, change, spoken)(found.item);
        };
        const { partly } = made;
        return { ...named, item, exact, adopts, ...(partly && { partly }), ...(beside && { beside }) };
      });
    },
    prepareChange: async (context, _, { ServerId, InstanceId: instance, ApplicationData: data }) => {
      const id = ServerId as ServerId;
      const parts = instance === undefined ? {} : { instance };
      const named = { kind: 'Change' as const, id, hash: hashOf('Change', data, instance ?? ''), ...parts };
      const instanceId = instance === undefined ? {} : { instanceId: instance };
      return orRefused(named, async () => {
        const spoken = { ...(await spokenBy(context)), ...(await hooks.bring?.(context, data, id)) };
        return {
          ...named,
          change: (item, { supported, bodyPreferences: bodies }) => {
            const handled = context.quirks.emptyPictures ? (supported ?? []).filter(isNoPicture) : supported;
            const tags = supported && handled && { supported: new Set(handled.map(tagName)) };
            const change = (before: Fields) =>
              codec.change(before, data, { ...spoken, ...tags, ...instanceId, bodies });
            return changeWith(context, change, spoken)(item);
          },
        };
      });
    },
    prepareInstanceDelete: async (context, _, { ServerId: id, InstanceId: instance = '' }) => {
      const spoken = await spokenBy(context);
      const named = { kind: 'Delete' as const, id: id as ServerId, instance, hash: hashOf('Delete', instance) };
      const { removeInstance } = codec;
      if (!removeInstance) return { ...named, refused: 'item-invalid' };
      return { ...named, change: changeWith(context, (before) => removeInstance(before, instance, spoken), spoken) };
    },
    whole: render,
    changed: render,
    added: (context, item, add) => {
      if (item.damaged !== undefined) return undefined;
      return hooks.added ? hooks.added(context, item, add) : codec.added?.(item.content as Fields, context.version);
    },
    ...(hooks.answered && { answered: hooks.answered }),
    ...(hooks.removed && { removed: hooks.removed }),
    ...(hooks.file && { file: hooks.file }),
    weigh: ({ content, damaged }) => 512 + (damaged === undefined ? JSON.stringify(content).length : 0),
  };
}

type Named = Pick<Extract<DeviceCommand, { refused: unknown }>, 'kind' | 'id' | 'instance' | 'hash'>;

async function orRefused(named: Named, prepare: () => Promise<DeviceCommand>): Promise<DeviceCommand> {
  try {
    return await prepare();
  } catch (error) {
    if (error instanceof EasError) return { ...named, refused: error.code };
    throw error;
  }
}
