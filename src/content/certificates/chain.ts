// Whether a certificate may sign mail: its chain up to a root that is trusted, the dates, and what each link may be used for.
import type { Certificate } from './certificate.ts';

export type ChainFault =
  | 'bad-signature'
  | 'untrusted'
  | 'incomplete'
  | 'not-for-mail'
  | 'expired'
  | 'chain-expired'
  | 'not-for-signing-certificates'
  | 'not-an-authority';
/** Leaf first, the trusted root last. */
export type Chain = readonly Certificate[];

/** Of [RFC 5280] 4.2.1.12 Extended Key Usage: e-mail, or anything. */
const forMail: readonly string[] = ['1.3.6.1.5.5.7.3.4', '2.5.29.37.0'];
const longest = 10;

/** `others` may be part of the chain, `roots` end it. `now` in milliseconds. */
export function checkChain(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
  now: number,
): Chain | ChainFault {
  const chain = buildChain(leaf, others, roots);
  if (typeof chain === 'string') return chain;
  if (!isValid(leaf, now)) return 'expired';
  const authorities = chain.slice(1);
  if (authorities.some((one) => !isValid(one, now))) return 'chain-expired';
  if (authorities.some(({ keyUsage }) => keyUsage && !keyUsage.has('keyCertSign')))
    return 'not-for-signing-certificates';
  // node takes one that may not certify for no authority, too.
  if (authorities.some(({ x509 }) => !x509.ca)) return 'not-an-authority';
  return signsMail(leaf) ? chain : 'not-for-mail';
}

function buildChain(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
): Certificate[] | ChainFault {
  const chain = [leaf];
  for (let last = leaf; chain.length <= longest; ) {
    if (roots.some(({ x509 }) => x509.raw.equals(last.x509.raw))) return chain;
    const named = [...roots, ...others].filter((one) => one !== last && !chain.includes(one) && names(last, one));
    const issuer = named.find((one) => isSignedBy(last, one));
    if (!issuer) {
      if (named.length > 0) return 'bad-signature';
      const isRoot = names(last, last);
      if (isRoot) return isSignedBy(last, last) ? 'untrusted' : 'bad-signature';
      return others.length === 0 ? 'untrusted' : 'incomplete';
    }
    chain.push(issuer);
    last = issuer;
  }
  return 'incomplete';
}

/** By name alone: node's own check would refuse an issuer that may not certify, which has a fault of its own. */
function names({ x509 }: Certificate, issuer: Certificate): boolean {
  return x509.issuer === issuer.x509.subject;
}

function isSignedBy({ x509 }: Certificate, issuer: Certificate): boolean {
  try {
    return x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}

function isValid({ from, to }: Certificate, now: number): boolean {
  return from <= now && now <= to;
}

function signsMail({ x509, keyUsage }: Certificate): boolean {
  const purposes = x509.keyUsage as readonly string[] | undefined;
  const isForMail = purposes === undefined || purposes.some((purpose) => forMail.includes(purpose));
  return isForMail && (!keyUsage || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation'));
}
