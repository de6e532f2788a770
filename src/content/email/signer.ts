// The certificates of who signed a mail (S/MIME, RFC 8551): those in its signature that are of the sender's own address.
// A signature is not verified here: whoever encrypts to a certificate checks it first, as for those of an address list.
import { X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import type { EmailIndex, MimePart } from '../../domain/email.ts';
import { parseAddresses } from './address.ts';
import type { ReadRange } from './late.ts';
import { decodeTransfer } from './transfer.ts';

/** Bytes of a signature, encoded; what is larger is a message. */
const largest = 256 * 1024;
const signatures: ReadonlySet<string> = new Set([
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/pkcs7-mime',
  'application/x-pkcs7-mime',
]);
const signedData = '1.2.840.113549.1.7.2';

export function isSigned({ messageClass }: EmailIndex): boolean {
  return /^IPM\.Note\.SMIME(\.MultipartSigned)?$/i.test(messageClass);
}

/** DER in base64, of the one address in From; valid at `now` (milliseconds). */
export async function signerCertificates(email: EmailIndex, read: ReadRange, now: number): Promise<string[]> {
  const [from, ...others] = parseAddresses(email.from);
  const part = signatureOf(email.structure);
  if (!from || others.length > 0 || !part || part.bodyEnd - part.bodyStart > largest) return [];
  const der = decodeTransfer(await read({ from: part.bodyStart, to: part.bodyEnd }), part.encoding);
  return certificatesIn(der)
    .filter((one) => isOf(one, from.address, now))
    .map((one) => one.toString('base64'));
}

function signatureOf(part: MimePart): MimePart | undefined {
  if (signatures.has(part.type)) return part;
  // A forwarded mail has its own signer.
  return part.type.startsWith('multipart/') ? part.parts?.map(signatureOf).find((found) => found) : undefined;
}

/** The certificates of a CMS SignedData (RFC 5652, 5.1); none for anything else. */
export function certificatesIn(der: Buffer): Buffer[] {
  try {
    const content = forge.asn1.fromDer(forge.util.createBuffer(der.toString('latin1')), { strict: false } as never);
    const [type, explicit] = children(content);
    if (forge.asn1.derToOid(String(type!.value)) !== signedData) return [];
    const set = children(children(explicit!)[0]!).find(
      (one) => one.tagClass === forge.asn1.Class.CONTEXT_SPECIFIC && Number(one.type) === 0,
    );
    return (set ? children(set) : [])
      .filter((one) => one.tagClass === forge.asn1.Class.UNIVERSAL)
      .map((one) => Buffer.from(forge.asn1.toDer(one).getBytes(), 'latin1'));
  } catch {
    return [];
  }
}

function children(node: forge.asn1.Asn1): forge.asn1.Asn1[] {
  return Array.isArray(node.value) ? (node.value as forge.asn1.Asn1[]) : [];
}

function isOf(der: Buffer, address: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(der);
    const isValid = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
    return isValid && !certificate.ca && certificate.checkEmail(address) !== undefined;
  } catch {
    return false;
  }
}
