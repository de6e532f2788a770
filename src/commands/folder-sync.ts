import { type FolderSyncResponse, folderSync } from '../../protocol/index.ts';
import type { Collection } from '../domain/collection.ts';
import { EasError } from '../domain/errors.ts';
import type { SyncKey } from '../domain/ids.ts';
import { syncHierarchy } from '../sync/hierarchy.ts';
import { defineCommand } from './define.ts';
import { hasRecipientCache, makeRecipientCache } from './recipient-cache.ts';

/** [MS-ASCMD] 2.2.1.5 FolderSync. */
export const folderSyncCommand = defineCommand({
  name: 'FolderSync',
  ...folderSync,
  body: 'required',
  handle: async (context, request): Promise<FolderSyncResponse> => {
    const key = request!.SyncKey as SyncKey | '0';
    const { device, version } = context;
    await makeRecipientCache(context);
    const answer = await context.transact((tx) => syncHierarchy(tx, { device: device.id, key, version }));
    if (answer.kind === 'stale') throw new EasError('sync-key-stale');
    const isKnown = ({ type }: Collection) => type !== 19 || hasRecipientCache(version);
    const [added, updated] = [answer.added.filter(isKnown), answer.updated.filter(isKnown)];
    const { removed } = answer;
    return {
      Status: 1,
      SyncKey: answer.key,
      Changes: {
        Count: added.length + updated.length + removed.length,
        Update: updated.map(writeFolder),
        Delete: removed.map((ServerId) => ({ ServerId })),
        Add: added.map(writeFolder),
      },
    };
  },
});

function writeFolder({ id, parent, name, type }: Collection) {
  return { ServerId: id, ParentId: parent, DisplayName: name, Type: type };
}
