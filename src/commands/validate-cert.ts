// [MS-ASCMD] 2.2.1.22 ValidateCert: whether each certificate may sign mail. Revocation is looked for where the chain is trusted, since the
// addresses of the lists stand in the certificates; where none can be had, only CheckCRL makes that a fault.
import { LRUCache } from 'lru-cache';
import { validateCertStatus as status, type ValidateCertResponse, validateCert } from '../../protocol/index.ts';
import { type Certificate, readCertificate } from '../content/certificates/certificate.ts';
import { type Chain, type ChainFault, checkChain } from '../content/certificates/chain.ts';
import { normalSerial, type RevocationList, readRevocationList } from '../content/certificates/revocation-list.ts';
import { EasError } from '../domain/errors.ts';
import type { Trust } from '../trust.ts';
import { type Context, defineCommand } from './define.ts';

const faults: Readonly<Record<ChainFault, number>> = {
  'bad-signature': status.InvalidSignature,
  untrusted: status.UntrustedSource,
  incomplete: status.InvalidChain,
  'not-for-mail': status.NotForSigning,
  expired: status.Expired,
  'chain-expired': status.InconsistentTimes,
  'not-for-signing-certificates': status.IdMisused,
  'not-an-authority': status.RoleMisused,
};
const most = 100;

export const validateCertCommand = defineCommand({
  name: 'ValidateCert',
  ...validateCert,
  body: 'required',
  handle: async (context, request): Promise<ValidateCertResponse> => {
    const { Certificates, CertificateChain, CheckCRL = false } = request!;
    const asked = Certificates.Certificate;
    if (asked.length === 0 || asked.length > most) throw new EasError('invalid-request', 'Certificates');
    const others = readAll(CertificateChain?.Certificate ?? []);
    const roots = await rootsOf(context.trust);
    const Certificate: { Status: number }[] = [];
    for (const text of asked) Certificate.push({ Status: await judge(context, text, { others, roots, CheckCRL }) });
    return { Status: status.Success, Certificate };
  },
});

interface Facts {
  readonly others: readonly Certificate[];
  readonly roots: readonly Certificate[];
  readonly CheckCRL: boolean;
}

async function judge(context: Context, text: string, { others, roots, CheckCRL }: Facts): Promise<number> {
  const leaf = readCertificate(text);
  if (!leaf) return status.InformationMissing;
  const chain = checkChain(leaf, others, roots, context.clock.now());
  if (typeof chain === 'string') return faults[chain];
  const found = await revocation(context, chain);
  const isUnknown = found === status.RevocationServerOffline || found === status.RevocationUnknown;
  return isUnknown && !CheckCRL ? status.Success : found;
}

const roots = new WeakMap<Trust, Promise<readonly Certificate[]>>();
function rootsOf(trust: Trust): Promise<readonly Certificate[]> {
  const known = roots.get(trust) ?? trust.roots().then(readAll);
  roots.set(trust, known);
  return known;
}

function readAll(given: readonly (Buffer | string)[]): Certificate[] {
  return given.map(readCertificate).filter((one) => one !== undefined);
}

/** Of each link but the root, the leaf first; what is known to be revoked weighs more than what is not known. */
async function revocation(context: Context, chain: Chain): Promise<number> {
  let worst: number = status.Success;
  for (const [i, certificate] of chain.slice(0, -1).entries()) {
    const found = await isRevoked(context, certificate, chain[i + 1]!);
    if (found === true) return i === 0 ? status.Revoked : status.ChainRevoked;
    if (found !== false && worst === status.Success) worst = found;
  }
  return worst;
}

async function isRevoked(context: Context, { x509, revocationLists }: Certificate, issuer: Certificate) {
  let offline = false;
  for (const url of revocationLists) {
    const list = await listAt(context, url, issuer).catch(() => {
      offline = true;
      return undefined;
    });
    if (list) return list.serials.has(normalSerial(x509.serialNumber));
  }
  return offline ? status.RevocationServerOffline : status.RevocationUnknown;
}

interface Kept {
  readonly list: RevocationList | undefined;
  readonly until: number;
}
const kept = new LRUCache<string, Kept>({ max: 200 });
/** Milliseconds; a list is not asked for again before, whatever it says of itself. */
const keptAtLeast = 5 * 60_000;
const keptAtMost = 24 * 3_600_000;

async function listAt(
  { trust, clock }: Context,
  url: string,
  issuer: Certificate,
): Promise<RevocationList | undefined> {
  const now = clock.now();
  const key = `${issuer.x509.fingerprint256} ${url}`;
  const known = kept.get(key);
  if (known && now < known.until) return known.list;
  const list = readRevocationList(await trust.revocationList(url), issuer);
  const wanted = (list?.nextUpdate ?? now) - now;
  kept.set(key, { list, until: now + Math.min(Math.max(wanted, keptAtLeast), keptAtMost) });
  return list;
}
