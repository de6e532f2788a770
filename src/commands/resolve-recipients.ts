// [MS-ASCMD] 2.2.1.15 ResolveRecipients: whom a name means, in the address list of the account's own domain, with
// certificates and pictures. Calendars are not kept yet, so that free/busy says of every slot that there is no data.
import {
  parseDate,
  type ResolveRecipientsRequest,
  type ResolveRecipientsResponse,
  resolveRecipients,
} from '../../protocol/index.ts';
import { type Account, domainOf } from '../domain/account.ts';
import { EasError } from '../domain/errors.ts';
import type { Group } from '../domain/group.ts';
import { namesLike, pictureOf } from './address-list.ts';
import { type Context, defineCommand } from './define.ts';

type Options = NonNullable<ResolveRecipientsRequest['Options']>;
type Answered = NonNullable<ResolveRecipientsResponse['Response']>[number];
type Recipient = NonNullable<Answered['Recipient']>[number];

/** [MS-ASCMD] 2.2.3.177.12 Status (ResolveRecipients), of a To and of its certificates. */
const status = { resolved: 1, ambiguous: 2, partly: 3, nobody: 4, noCertificate: 7, certificatesEnough: 8 } as const;
const mostRecipients = 100;
const longestName = 256;
const highestLimit = 9999;
const fromAddressList = 1;
const fullCertificates = 2;
const slot = 30 * 60_000;
const day = 24 * 3_600_000;
const window = { usual: 7 * day, most: 42 * day };
const noData = '4';

export const resolveRecipientsCommand = defineCommand({
  name: 'ResolveRecipients',
  ...resolveRecipients,
  body: 'required',
  handle: async (context, request): Promise<ResolveRecipientsResponse> => {
    const { To, Options: options = {} } = request!;
    if (To.length === 0 || To.length > mostRecipients || To.some((name) => name.length > longestName)) {
      throw new EasError('invalid-request', 'To');
    }
    const asked = check(options);
    const left = { pictures: options.Picture?.MaxPictures ?? Number.POSITIVE_INFINITY };
    const Response: Answered[] = [];
    for (const name of To) Response.push(await resolve(context, name, options, asked, left));
    return { Status: 1, Response };
  },
});

interface Asked {
  /** Half hours that free/busy is asked for; undefined: it is not. */
  readonly slots: number | undefined;
}

/** Throws 'invalid-request'. */
function check({ MaxCertificates, MaxAmbiguousRecipients, Availability }: Options): Asked {
  for (const limit of [MaxCertificates, MaxAmbiguousRecipients]) {
    if (limit !== undefined && (limit < 0 || limit > highestLimit)) throw new EasError('invalid-request', 'limit');
  }
  if (!Availability) return { slots: undefined };
  const from = parseDate(Availability.StartTime);
  const to = Availability.EndTime === undefined ? from && from + window.usual : parseDate(Availability.EndTime);
  if (from === undefined || to === undefined || to - from < slot || to - from > window.most) {
    throw new EasError('invalid-request', 'Availability');
  }
  return { slots: Math.ceil((to - from) / slot) };
}

async function resolve(
  context: Context,
  name: string,
  options: Options,
  { slots }: Asked,
  left: { pictures: number },
): Promise<Answered> {
  const found = await candidates(context, name);
  if (found.length === 0) return { To: name, Status: status.nobody };
  const isOne = found.length === 1;
  const shown = isOne ? found : found.slice(0, options.MaxAmbiguousRecipients ?? mostRecipients);
  const Recipients: Recipient[] = [];
  for (const one of shown) {
    const Picture = options.Picture && (await pictureOf(context, one, options.Picture.MaxSize, left.pictures));
    if (Picture?.Status === 1) left.pictures -= 1;
    Recipients.push({
      Type: fromAddressList,
      DisplayName: one.displayName,
      EmailAddress: one.address,
      ...(slots !== undefined && isOne && { Availability: { Status: 1, MergedFreeBusy: noData.repeat(slots) } }),
      ...certificatesOf(one, options),
      ...(Picture && { Picture: [Picture] }),
    });
  }
  const ambiguity = shown.length === found.length ? status.ambiguous : status.partly;
  return {
    To: name,
    Status: isOne ? status.resolved : ambiguity,
    RecipientCount: found.length,
    Recipient: Recipients,
  };
}

/** An address means its account or group; anything else whose names begin so. */
async function candidates(context: Context, name: string): Promise<(Account | Group)[]> {
  if (!name.includes('@')) return namesLike(context, name, mostRecipients);
  const { directory } = context.store;
  const { address } = await context.read((reader) => reader.account());
  const exact = (await directory.find(name.trim())) ?? (await directory.findGroup(name.trim()));
  return exact && domainOf(exact.address) === domainOf(address) ? [exact] : namesLike(context, name, mostRecipients);
}

function certificatesOf(
  one: Account | Group,
  { CertificateRetrieval, MaxCertificates = highestLimit }: Options,
): Pick<Recipient, 'Certificates'> {
  if (CertificateRetrieval === undefined || CertificateRetrieval <= 1) return {};
  const own = 'members' in one ? [] : (one.certificates ?? []);
  const counts = { CertificateCount: own.length, RecipientCount: 1 };
  // Mini certificates are kept of no one.
  if (own.length === 0 || CertificateRetrieval !== fullCertificates) {
    return { Certificates: { Status: status.noCertificate, CertificateCount: 0, RecipientCount: 1 } };
  }
  if (own.length > MaxCertificates) return { Certificates: { Status: status.certificatesEnough, ...counts } };
  return { Certificates: { Status: 1, ...counts, Certificate: own } };
}
