import { EasError } from '../domain/errors.ts';
import type { CollectionId, SyncKey } from '../domain/ids.ts';
import { changeFolder, type FolderCommand } from '../sync/folder-commands.ts';
import type { Context } from './define.ts';

/** What the three commands that change folders do. Throws what was refused. */
export async function folderChanged(
  { device, version, transact }: Context,
  key: string,
  command: FolderCommand,
): Promise<{ readonly key: SyncKey; readonly id: CollectionId }> {
  const request = { device: device.id, version, key: key as SyncKey, command };
  const answer = await transact((tx) => changeFolder(tx, request));
  if (answer.kind === 'refused') throw new EasError(answer.code, 'id' in command ? command.id : undefined);
  return answer;
}
