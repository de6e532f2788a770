import { folderUpdate } from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import { defineCommand } from './define.ts';
import { folderChanged } from './folder-changed.ts';

/** [MS-ASCMD] 2.2.1.6 FolderUpdate: a new name, another place, or both. */
export const folderUpdateCommand = defineCommand({
  name: 'FolderUpdate',
  ...folderUpdate,
  body: 'required',
  handle: async (context, request) => {
    const { SyncKey: before, ServerId: id, ParentId: parent, DisplayName: name, Status } = request!;
    if (before === undefined || Status !== undefined) throw new EasError('invalid-request', 'SyncKey or Status');
    const { key } = await folderChanged(context, before, { kind: 'FolderUpdate', id, parent, name });
    return { Status: 1, SyncKey: key };
  },
});
