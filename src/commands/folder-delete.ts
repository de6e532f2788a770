import { folderDelete } from '../../protocol/index.ts';
import { defineCommand } from './define.ts';
import { folderChanged } from './folder-changed.ts';

/** [MS-ASCMD] 2.2.1.4 FolderDelete: with the folders and the items in it; the journal keeps the items. */
export const folderDeleteCommand = defineCommand({
  name: 'FolderDelete',
  ...folderDelete,
  body: 'required',
  handle: async (context, request) => {
    const { SyncKey: before, ServerId: id } = request!;
    const { key } = await folderChanged(context, before, { kind: 'FolderDelete', id });
    return { Status: 1, SyncKey: key };
  },
});
