// What a certificate says of itself (RFC 5280), beyond what node tells: which uses its key has, and where its revocations are listed.
import { X509Certificate } from 'node:crypto';
import forge from 'node-forge';

export interface Certificate {
  readonly x509: X509Certificate;
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Absent: any use. */
  readonly keyUsage?: ReadonlySet<KeyUse>;
  /** URLs of lists of what its issuer took back. */
  readonly revocationLists: readonly string[];
}
/** Of the bits of RFC 5280, 4.2.1.3 those that matter here. */
export type KeyUse = 'digitalSignature' | 'nonRepudiation' | 'keyCertSign' | 'cRLSign';
const useBits: readonly (readonly [bit: number, use: KeyUse])[] = [
  [0, 'digitalSignature'],
  [1, 'nonRepudiation'],
  [5, 'keyCertSign'],
  [6, 'cRLSign'],
];
const oids = { keyUsage: '2.5.29.15', revocationLists: '2.5.29.31' };
const extensionsTag = 3;
const uriTag = 6;

/** DER, or base64 of it. Undefined when it is no certificate. */
export function readCertificate(given: Buffer | string): Certificate | undefined {
  try {
    const der = typeof given === 'string' ? Buffer.from(given, 'base64') : given;
    const x509 = new X509Certificate(der);
    const extensions = extensionsOf(x509.raw);
    const keyUsage = extensions.get(oids.keyUsage);
    const revocationLists = extensions.get(oids.revocationLists);
    return {
      x509,
      from: Date.parse(x509.validFrom),
      to: Date.parse(x509.validTo),
      ...(keyUsage && { keyUsage: usesOf(keyUsage) }),
      revocationLists: revocationLists ? urlsIn(revocationLists) : [],
    };
  } catch {
    return undefined;
  }
}

export function parseDer(der: Buffer): forge.asn1.Asn1 {
  return forge.asn1.fromDer(forge.util.createBuffer(der.toString('latin1')));
}
export function children(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  return Array.isArray(node?.value) ? (node.value as forge.asn1.Asn1[]) : [];
}
export function bytesOf(node: forge.asn1.Asn1): Buffer {
  return Buffer.from(String(node.value), 'latin1');
}

/** The contents of the extensions by their OIDs. */
function extensionsOf(der: Buffer): Map<string, forge.asn1.Asn1> {
  const [body] = children(parseDer(der));
  const holder = children(body).find(
    ({ tagClass, type }) => tagClass === forge.asn1.Class.CONTEXT_SPECIFIC && Number(type) === extensionsTag,
  );
  const found = children(children(holder)[0]).map((extension) => {
    const parts = children(extension);
    return [forge.asn1.derToOid(String(parts[0]!.value)), parseDer(bytesOf(parts.at(-1)!))] as const;
  });
  return new Map(found);
}

/** Of a BIT STRING, without the byte that counts unused bits. forge takes the content apart when it looks like DER. */
export function bitsOf(node: forge.asn1.Asn1): Buffer {
  const { bitStringContents = String(node.value) } = node as { bitStringContents?: string; value: unknown };
  return Buffer.from(bitStringContents, 'latin1').subarray(1);
}

function usesOf(node: forge.asn1.Asn1): Set<KeyUse> {
  const bits = bitsOf(node);
  return new Set(useBits.flatMap(([bit, use]) => (((bits[bit >> 3] ?? 0) << (bit & 7)) & 0x80 ? [use] : [])));
}

function urlsIn(node: forge.asn1.Asn1): string[] {
  if (node.tagClass === forge.asn1.Class.CONTEXT_SPECIFIC && Number(node.type) === uriTag && !Array.isArray(node.value))
    return [String(node.value)];
  return children(node).flatMap(urlsIn);
}
