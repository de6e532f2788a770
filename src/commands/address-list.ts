// The address list as Search and Find tell it: people and groups of the account's own domain.
import type { WrittenGalProperties } from '../../protocol/index.ts';
import { type Account, addressListOf } from '../domain/account.ts';
import type { Group } from '../domain/group.ts';
import type { Context } from './define.ts';

/** [MS-ASCMD] 2.2.3.135.3 Picture(Search): bytes and count; absent: no limit. */
export interface PictureLimits {
  readonly MaxSize?: number | undefined;
  readonly MaxPictures?: number | undefined;
}
/** Status of a picture ([MS-ASCMD] 2.2.2 Common Status Codes): none there, too large, enough of them. */
const [noPicture, pictureTooLarge, picturesEnough] = [173, 174, 175];

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** By display name, those of `range` with pictures when they are asked for, and how many there are of at most `most`. */
export async function findPeople(
  context: Context,
  text: string,
  range: Span & { readonly most: number },
  pictures: PictureLimits | undefined,
): Promise<{ readonly entries: readonly WrittenGalProperties[]; readonly total: number }> {
  const found = await namesLike(context, text, range.most);
  let left = pictures?.MaxPictures ?? Number.POSITIVE_INFINITY;
  const entries: WrittenGalProperties[] = [];
  for (const one of found.slice(range.from, range.to + 1)) {
    const Picture = pictures && (await pictureOf(context, one, pictures.MaxSize, left));
    if (Picture?.Status === 1) left -= 1;
    entries.push({ ...entryOf(one), ...(Picture && { Picture }) });
  }
  return { entries, total: found.length };
}

/** People and groups of the account's own domain whose names begin so. */
export async function namesLike(context: Context, text: string, limit: number): Promise<(Account | Group)[]> {
  if (text.trim() === '') return [];
  const { address } = await context.read((reader) => reader.account());
  return context.store.directory.names({ domains: addressListOf(address, context.joined), words: [text], limit });
}

/** Only what there is; a first name in any case, since some phones stumble without. */
function entryOf(one: Account | Group): WrittenGalProperties {
  const { firstName = '', ...person } = 'members' in one ? {} : (one.person ?? {});
  return {
    DisplayName: one.displayName,
    Phone: person.phone,
    Office: person.office,
    Title: person.title,
    Company: person.company,
    Alias: person.alias ?? one.address.slice(0, one.address.lastIndexOf('@')),
    FirstName: firstName,
    LastName: person.lastName,
    HomePhone: person.homePhone,
    MobilePhone: person.mobile,
    EmailAddress: one.address,
  };
}

/** At most `most` bytes; `left`: how many more are wanted. */
export async function pictureOf(
  context: Context,
  one: Account | Group | undefined,
  most = Number.POSITIVE_INFINITY,
  left: number,
): Promise<{ readonly Status: number; readonly Data?: Buffer }> {
  const blob = one && !('members' in one) ? one.picture : undefined;
  if (blob === undefined) return { Status: noPicture! };
  const Data = await context.store.blobs.get(blob);
  // MS-ASCMD_R3288, R3296: too large goes before too many.
  if (Data.length > most) return { Status: pictureTooLarge! };
  return left <= 0 ? { Status: picturesEnough! } : { Status: 1, Data };
}
