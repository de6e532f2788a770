// A list of what an issuer took back (RFC 5280, 5).
import { verify } from 'node:crypto';
import forge from 'node-forge';
import { bitsOf, bytesOf, type Certificate, children, parseDer } from './certificate.ts';

export interface RevocationList {
  /** Upper-case digits without leading zeros, as node gives them. */
  readonly serials: ReadonlySet<string>;
  /** Milliseconds; absent: it does not say. */
  readonly nextUpdate?: number;
}

const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** Undefined when it is none, or the issuer did not sign it. */
export function readRevocationList(der: Buffer, issuer: Certificate): RevocationList | undefined {
  try {
    const [body, algorithm, signature] = children(parseDer(der));
    const digest = digests[forge.asn1.derToOid(String(children(algorithm)[0]!.value))];
    const signed = Buffer.from(forge.asn1.toDer(body!).getBytes(), 'latin1');
    if (!digest || !verify(digest, signed, issuer.x509.publicKey, bitsOf(signature!))) return undefined;
    return contentOf(children(body));
  } catch {
    return undefined;
  }
}

const { INTEGER, UTCTIME, GENERALIZEDTIME, SEQUENCE } = forge.asn1.Type;

/** version?, signature, issuer, thisUpdate, nextUpdate?, revokedCertificates? */
function contentOf(fields: readonly forge.asn1.Asn1[]): RevocationList {
  const times = fields.filter(({ type }) => type === UTCTIME || type === GENERALIZEDTIME);
  const behindTimes = fields.slice(fields.indexOf(times.at(-1)!) + 1);
  const list = behindTimes.find(({ type, tagClass }) => type === SEQUENCE && tagClass === forge.asn1.Class.UNIVERSAL);
  const serials = children(list).flatMap((entry) => {
    const [serial] = children(entry);
    return serial?.type === INTEGER ? [serialOf(bytesOf(serial))] : [];
  });
  const next = times[1];
  return { serials: new Set(serials), ...(next && { nextUpdate: timeOf(next) }) };
}

export function serialOf(bytes: Buffer): string {
  return normalSerial(bytes.toString('hex'));
}
export function normalSerial(hex: string): string {
  return hex.toUpperCase().replace(/^0+(?=.)/, '');
}

function timeOf({ type, value }: forge.asn1.Asn1): number {
  const text = String(value);
  return (type === UTCTIME ? forge.asn1.utcTimeToDate(text) : forge.asn1.generalizedTimeToDate(text)).getTime();
}
