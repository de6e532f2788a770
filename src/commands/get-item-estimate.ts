import { type GetItemEstimateRequest, type GetItemEstimateResponse, getItemEstimate } from '../../protocol/index.ts';
import { type Collection, folderTypes, recipientCache } from '../domain/collection.ts';
import type { CollectionId, SyncKey } from '../domain/ids.ts';
import { type EstimateRequest, estimate } from '../sync/estimate.ts';
import { filterFits } from '../sync/filter.ts';
import { type Context, defineCommand } from './define.ts';
import { estimateRecipients, hasRecipientCache } from './recipient-cache.ts';
import { statusOf } from './status.ts';
import { classesFit } from './sync-plan.ts';

type Asked = GetItemEstimateRequest['Collections']['Collection'][number];
type Answered = NonNullable<GetItemEstimateResponse['Response']>[number];

const invalidRequest = 103;
const wrongFilter = 110;
/** [MS-ASCMD] R908. */
const wrongClasses = 4;
/** [MS-ASCMD] R3265: MaxItems is the recipient information cache's alone. */
const invalidCollection = 2;
const highestFilter = 8;
/** [MS-ASCMD] R5647: more collections are refused as a whole. */
const most = 1000;
/** [MS-ASCMD] R3543: where nothing says what counts, no more than these do. */
const mostUnasked = 512;

/** [MS-ASCMD] 2.2.1.9 GetItemEstimate: what a Sync with this key would bring; nothing is written, no key changes. */
export const getItemEstimateCommand = defineCommand({
  name: 'GetItemEstimate',
  ...getItemEstimate,
  body: 'required',
  handle: async (context, request): Promise<GetItemEstimateResponse> => {
    const collections = request!.Collections.Collection;
    const count = collections.length;
    if (count === 0 || count > most || collections.some((one) => (filterOf(one) ?? 0) > highestFilter)) {
      return { Status: invalidRequest };
    }
    const folders = await context.read((reader) =>
      Promise.all(collections.map((one) => reader.collection(one.CollectionId as CollectionId))),
    );
    const refused = collections.map((one, at) => refusedBy(one, folders[at])).find((status) => status !== undefined);
    if (refused !== undefined) return { Status: refused };
    const Response: Answered[] = [];
    for (const [at, one] of collections.entries()) {
      Response.push(classesClash(one, folders[at]) ? { Status: wrongClasses } : await answer(context, one));
    }
    return { Response };
  },
});

/** The Status of the whole request. */
function refusedBy(asked: Asked, folder: Collection | undefined): number | undefined {
  const itemClass = folder && folderTypes[folder.type].class;
  if (asked.ConversationMode !== undefined && folder && itemClass !== 'Email') return invalidRequest;
  const filter = filterOf(asked);
  return filter !== undefined && folder && !filterFits(filter, itemClass) ? wrongFilter : undefined;
}

async function answer(context: Context, asked: Asked): Promise<Answered> {
  const { CollectionId, SyncKey: key, Class } = asked;
  const isCache = CollectionId === recipientCache && hasRecipientCache(context.version);
  if (maxItemsOf(asked) !== undefined && !isCache) return { Status: invalidCollection };
  const found = isCache
    ? await estimateRecipients(context, key as SyncKey, maxItemsOf(asked))
    : await context.read((reader) =>
        estimate(reader, {
          device: context.device.id,
          collection: CollectionId as CollectionId,
          key: key as SyncKey,
          options: optionsOf(asked),
          now: context.clock.now(),
        }),
      );
  if (typeof found === 'string') return { Status: statusOf('GetItemEstimate', found) };
  const Estimate = asked.Options?.length === 0 ? Math.min(found, mostUnasked) : found;
  return { Status: 1, Collection: { Class, CollectionId, Estimate } };
}

/** Among themselves, or with a folder that is not of mail. */
function classesClash({ Options = [] }: Asked, folder: Collection | undefined): boolean {
  const isMail = folder === undefined || folderTypes[folder.type].class === 'Email';
  return !classesFit(Options) || (!isMail && Options.some(({ Class }) => Class === 'SMS'));
}

function maxItemsOf({ Options }: Asked): number | undefined {
  return Options?.find(({ MaxItems }) => MaxItems !== undefined)?.MaxItems;
}

/** Before 14.0 it stands by itself, later in the Options of the folder's class. */
function filterOf({ FilterType, Options }: Asked): number | undefined {
  return FilterType ?? Options?.find(({ Class }) => Class === undefined || Class !== 'SMS')?.FilterType;
}

/** What is said of the view, in place of what the collection's last Sync had: where there is no filter, everything. */
function optionsOf(asked: Asked): EstimateRequest['options'] {
  const { Options = [], ConversationMode: conversationMode } = asked;
  const sms = Options.find(({ Class }) => Class === 'SMS');
  const others = Options.some(({ Class }) => Class !== 'SMS');
  return {
    ...(conversationMode !== undefined && { conversationMode }),
    filterType: filterOf(asked) ?? 0,
    smsFilterType: sms?.FilterType ?? 0,
    ...(sms && { classes: others ? ['Email', 'SMS'] : ['SMS'] }),
    ...(!sms && others && { classes: [] }),
  };
}
