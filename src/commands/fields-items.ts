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
import type { Changed } from '../sync/commands.ts';
import { hashOf } from './command-hash.ts';
import type { Context } from './define.ts';
import { isTransient, quarantine } from './email-items.ts';
import type { ItemKind } from './item-kinds.ts';

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
    blobs: [],
    words: codec.words(fields),
  };
}

const unreadable = 'This item could not be read from the server.';

export function fieldsKind(itemClass: FieldsClass, codec: FieldsCodec): ItemKind {
  const changeWith =
    (change: (before: Fields) => Stored, { now }: Spoken) =>
    (item: LivingItem): Changed => {
      if (item.class !== itemClass) throw new EasError('item-not-found', item.id);
      if (item.damaged !== undefined) throw new EasError('corrupt-item', item.id);
      const { fields, exact } = change(item.content as Fields);
      return {
        item: { ...item, ...itemOf(itemClass, codec, item.collection, fields, now) },
        touched: ['message'],
        exact,
      };
    };
  const render = async (context: Context, item: LivingItem, options: RenderOptions): Promise<Element> => {
    const spoken = await spokenBy(context);
    try {
      if (item.damaged !== undefined) throw new EasError('corrupt-item', item.damaged);
      return codec.write(item.content as Fields, spoken, options.bodyPreferences);
    } catch (error) {
      if (isTransient(error)) throw error;
      await quarantine(context, item, item.damaged ?? String(error));
      return codec.write(codec.stub(unreadable, spoken.now), spoken, []);
    }
  };
  return {
    prepareAdd: async (context, folder, add) => {
      const named = { kind: 'Add' as const, id: add.ClientId as ClientId, hash: hashOf('Add', add.ApplicationData) };
      const spoken = await spokenBy(context);
      try {
        const { fields, exact } = codec.create(add.ApplicationData, spoken);
        return { ...named, item: itemOf(itemClass, codec, folder.id, fields, spoken.now), exact };
      } catch (error) {
        if (error instanceof EasError) return { ...named, refused: error.code };
        throw error;
      }
    },
    prepareChange: async (context, _, { ServerId: id, InstanceId: instance, ApplicationData: data }) => {
      const spoken = await spokenBy(context);
      const instanceId = instance === undefined ? {} : { instanceId: instance };
      return {
        kind: 'Change',
        id: id as ServerId,
        hash: hashOf('Change', data, instance ?? ''),
        ...(instance !== undefined && { instance }),
        change: (item, { supported }) => {
          const tags = supported && { supported: new Set(supported.map(tagName)) };
          return changeWith(
            (before) => codec.change(before, data, { ...spoken, ...tags, ...instanceId }),
            spoken,
          )(item);
        },
      };
    },
    prepareInstanceDelete: async (context, _, { ServerId: id, InstanceId: instance = '' }) => {
      const spoken = await spokenBy(context);
      const named = { kind: 'Delete' as const, id: id as ServerId, instance, hash: hashOf('Delete', instance) };
      const { removeInstance } = codec;
      if (!removeInstance) return { ...named, refused: 'item-invalid' };
      return { ...named, change: changeWith((before) => removeInstance(before, instance, spoken), spoken) };
    },
    whole: render,
    changed: render,
    added: ({ version }, item) =>
      item.damaged === undefined ? codec.added?.(item.content as Fields, version) : undefined,
    weigh: ({ content, damaged }) => 512 + (damaged === undefined ? JSON.stringify(content).length : 0),
  };
}
