/**
 * LongId: one text that names a search hit for later fetching. Opaque to phones: `L` and the base64url of the
 * collection's id, a NUL and the item's id, at most 256 characters as [MS-ASCMD] 2.2.3.98.3 LongId(Search) allows.
 */

const mark = 'L';
const most = 256;

/** Throws RangeError when the ids are empty, hold NUL or are too long. */
export function buildLongId(collectionId: string, serverId: string): string {
  if (collectionId === '' || serverId === '' || `${collectionId}${serverId}`.includes('\0')) {
    throw new RangeError('an id of a LongId is empty or holds NUL');
  }
  const text = mark + Buffer.from(`${collectionId}\0${serverId}`, 'utf8').toString('base64url');
  if (text.length > most) throw new RangeError(`a LongId holds at most ${most} characters`);
  return text;
}

/** Undefined for what `buildLongId` did not make. */
export function parseLongId(text: string): { readonly collectionId: string; readonly serverId: string } | undefined {
  if (text.length > most || !/^L[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const [collectionId = '', serverId = '', ...more] = Buffer.from(text.slice(1), 'base64url')
    .toString('utf8')
    .split('\0');
  if (more.length > 0 || collectionId === '' || serverId === '') return undefined;
  try {
    return buildLongId(collectionId, serverId) === text ? { collectionId, serverId } : undefined;
  } catch {
    return undefined;
  }
}
