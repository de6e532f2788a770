import { folderCreate } from '../../protocol/index.ts';
import { defineCommand } from './define.ts';
import { folderChanged } from './folder-changed.ts';

/** [MS-ASCMD] 2.2.1.3 FolderCreate */
export const folderCreateCommand = defineCommand({
  name: 'FolderCreate',
  ...folderCreate,
  body: 'required',
  handle: async (context, request) => {
    const { SyncKey: before, ParentId: parent, DisplayName: name, Type: type } = request!;
    const { key, id } = await folderChanged(context, before, { kind: 'FolderCreate', parent, name, type });
    return { Status: 1, SyncKey: key, ServerId: id };
  },
});
