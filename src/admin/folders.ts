import { randomBytes } from 'node:crypto';
import { type Collection, folderTypes, type SpecialFolder, specialFolderId } from '../domain/collection.ts';
import type { CollectionId } from '../domain/ids.ts';
import type { Reader, Transaction } from '../store/port.ts';

/** What other servers call the folders that every account has. */
const otherNames: Readonly<Record<string, SpecialFolder>> = {
  sent: 5,
  'sent messages': 5,
  'sent mail': 5,
  trash: 4,
  deleted: 4,
  'deleted messages': 4,
  bin: 4,
};

/** The mail folders with their paths (`Inbox`, `Projects/2026`), parents before children. */
export async function mailFolders(reader: Reader): Promise<{ readonly path: string; readonly folder: Collection }[]> {
  const folders = await reader.collections();
  const below = (parent: string, before: string): { path: string; folder: Collection }[] =>
    folders
      .filter((folder) => folder.parent === parent)
      .flatMap((folder) => {
        const path = `${before}${folder.name.replaceAll('/', '_')}`;
        return [{ path, folder }, ...below(folder.id, `${path}/`)];
      });
  return below('0', '').filter(({ folder }) => folderTypes[folder.type].class === 'Email');
}

/** The mail folder of a path, in any case. */
export async function findMailFolder(reader: Reader, path: string): Promise<CollectionId | undefined> {
  const { folder, missing } = await walk(reader, path);
  return missing.length === 0 && folder !== '0' ? folder : undefined;
}

/** As `findMailFolder`; what is missing of it is made. */
export async function makeMailFolder(tx: Transaction, path: string): Promise<CollectionId> {
  const { folder, missing } = await walk(tx, path);
  let parent = folder;
  for (const name of missing) {
    const id = `f${randomBytes(8).toString('hex')}` as CollectionId;
    tx.putCollection({ id, parent, name, type: 12 });
    parent = id;
  }
  return parent === '0' ? specialFolderId(2) : parent;
}

/** How far a path leads, and the names behind that. */
async function walk(
  reader: Reader,
  path: string,
): Promise<{ readonly folder: CollectionId | '0'; readonly missing: readonly string[] }> {
  const folders = (await reader.collections()).filter(({ type }) => folderTypes[type].class === 'Email');
  const names = parts(path);
  let folder: CollectionId | '0' = '0';
  for (const [at, name] of names.entries()) {
    const lower = name.toLowerCase();
    const child = folders.find(({ parent, ...one }) => parent === folder && one.name.toLowerCase() === lower);
    const special: SpecialFolder | undefined = folder === '0' ? otherNames[lower] : undefined;
    const next: CollectionId | undefined = child?.id ?? (special && specialFolderId(special));
    if (next === undefined) return { folder, missing: names.slice(at) };
    folder = next;
  }
  return { folder, missing: [] };
}

function parts(path: string): string[] {
  return path
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
