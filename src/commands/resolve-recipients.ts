// [MS-ASCMD] 2.2.1.15 ResolveRecipients: whom a name means, in the address list of the account's own domain and among its
// contacts, with free/busy, certificates and pictures. It must never tell anything of another domain's people.
import {
  parseDate,
  type ResolveRecipientsRequest,
  type ResolveRecipientsResponse,
  resolveRecipients,
} from '../../protocol/index.ts';
import { slot } from '../content/calendar/free-busy.ts';
import { EasError } from '../domain/errors.ts';
import { pictureOf } from './address-list.ts';
import { createAvailability, type Window } from './availability.ts';
import { certificatesFor } from './certificates.ts';
import { type Context, defineCommand } from './define.ts';
import { findRecipients, mostFound, type Resolved } from './recipients.ts';

type Options = NonNullable<ResolveRecipientsRequest['Options']>;
type Answered = NonNullable<ResolveRecipientsResponse['Response']>[number];
type Recipient = NonNullable<Answered['Recipient']>[number];

/** [MS-ASCMD] 2.2.3.177.12 Status (ResolveRecipients), of a To and of its certificates. */
const status = { resolved: 1, ambiguous: 2, partly: 3, nobody: 4, noCertificate: 7, certificatesEnough: 8 } as const;
/** [MS-ASCMD] 2.2.3.186.5 Type (ResolveRecipients) */
const types = { account: 1, group: 1, contact: 2 } as const;
const mostRecipients = 100;
const longestName = 256;
const highestLimit = 9999;
const fullCertificates = 2;
const day = 24 * 3_600_000;
const window = { usual: 7 * day, most: 42 * day };

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
    const turn: Turn = {
      options,
      availability: asked && createAvailability(context, asked),
      left: { certificates: options.MaxCertificates ?? highestLimit },
    };
    const Response: Answered[] = [];
    for (const name of To) Response.push(await resolve(context, name, turn));
    return { Status: 1, Response };
  },
});

interface Turn {
  readonly options: Options;
  /** Undefined: it is not asked for. */
  readonly availability: ReturnType<typeof createAvailability> | undefined;
  /** How many more the whole answer may have. */
  readonly left: { certificates: number };
}

/** The window of free/busy, if one is asked for. Throws 'invalid-request'. */
function check({ MaxCertificates, MaxAmbiguousRecipients, Availability }: Options): Window | undefined {
  for (const limit of [MaxCertificates, MaxAmbiguousRecipients]) {
    if (limit !== undefined && (limit < 0 || limit > highestLimit)) throw new EasError('invalid-request', 'limit');
  }
  if (!Availability) return undefined;
  const from = parseDate(Availability.StartTime);
  const to = Availability.EndTime === undefined ? from && from + window.usual : parseDate(Availability.EndTime);
  if (from === undefined || to === undefined || to - from < slot || to - from > window.most) {
    throw new EasError('invalid-request', 'Availability');
  }
  return { from, slots: Math.ceil((to - from) / slot) };
}

async function resolve(context: Context, name: string, turn: Turn): Promise<Answered> {
  const found = await findRecipients(context, name);
  if (found.length === 0) return { To: name, Status: status.nobody, RecipientCount: 0 };
  const [only] = found.length === 1 ? found : [];
  const shown = only ? found : found.slice(0, turn.options.MaxAmbiguousRecipients ?? mostFound);
  const Recipients: Recipient[] = [];
  // MS-ASCMD_R3291: each name has its own pictures.
  const left = { pictures: turn.options.Picture?.MaxPictures ?? Number.POSITIVE_INFINITY };
  for (const one of shown) {
    Recipients.push({
      Type: types[one.kind],
      DisplayName: one.name,
      EmailAddress: one.address,
      // What is ambiguous has neither free/busy nor certificates ([MS-ASCMD] R4279, R4284).
      ...(only && turn.availability && { Availability: await turn.availability(only) }),
      ...(only && (await certificates(context, only, turn))),
      ...(await picture(context, one, turn.options, left)),
    });
  }
  const ambiguity = shown.length === found.length ? status.ambiguous : status.partly;
  return {
    To: name,
    Status: only ? status.resolved : ambiguity,
    RecipientCount: found.length,
    Recipient: Recipients,
  };
}

async function picture(
  context: Context,
  one: Resolved,
  options: Options,
  left: { pictures: number },
): Promise<Pick<Recipient, 'Picture'>> {
  if (!options.Picture) return {};
  const shown = one.kind === 'account' ? one.account : undefined;
  const Picture = await pictureOf(context, shown, options.Picture.MaxSize, left.pictures);
  if (Picture.Status === 1) left.pictures -= 1;
  return { Picture: [Picture] };
}

async function certificates(
  context: Context,
  one: Resolved,
  { options: { CertificateRetrieval }, left }: Turn,
): Promise<Pick<Recipient, 'Certificates'>> {
  if (CertificateRetrieval === undefined || CertificateRetrieval <= 1) return {};
  // Mini certificates are kept of no one.
  const known = CertificateRetrieval === fullCertificates ? await certificatesFor(context, one) : [];
  const counts = { CertificateCount: known.length, RecipientCount: one.kind === 'group' ? one.members.length : 1 };
  if (known.length === 0) return { Certificates: { Status: status.noCertificate, ...counts } };
  if (known.length > left.certificates) return { Certificates: { Status: status.certificatesEnough, ...counts } };
  left.certificates -= known.length;
  return { Certificates: { Status: 1, ...counts, Certificate: known } };
}
