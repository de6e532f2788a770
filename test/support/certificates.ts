// Certificates of authorities and people, and lists of what was revoked, all made here.
import { createSign, generateKeyPairSync, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

const day = 86_400_000;
const { create, Class, Type } = forge.asn1;

export interface Made {
  readonly certificate: forge.pki.Certificate;
  readonly key: forge.pki.rsa.PrivateKey;
  readonly der: Buffer;
  /** As a request carries it. */
  readonly base64: string;
}
export interface About {
  readonly name: string;
  readonly issuer?: Made;
  readonly isAuthority?: boolean;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly keyUsage?: Record<string, boolean>;
  readonly purposes?: Record<string, boolean>;
  readonly revocationList?: string;
}

let serial = 1;
/** One pair will do: making one takes longer than all the rest. */
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const shared = forge.pki.privateKeyFromPem(pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());

export function newKey(): forge.pki.rsa.PrivateKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return forge.pki.privateKeyFromPem(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
}

export function certify(about: About, key = shared): Made {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = `0${(serial++).toString(16)}`.slice(-2);
  certificate.validity.notBefore = new Date(Date.now() + (about.from ?? -1) * day);
  certificate.validity.notAfter = new Date(Date.now() + (about.to ?? 365) * day);
  const subject = [{ name: 'commonName', value: about.name }];
  certificate.setSubject(subject);
  certificate.setIssuer(about.issuer?.certificate.subject.attributes ?? subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: about.isAuthority ?? false, critical: true },
    ...(about.keyUsage ? [{ name: 'keyUsage', ...about.keyUsage }] : []),
    ...(about.purposes ? [{ name: 'extKeyUsage', ...about.purposes }] : []),
    ...(about.revocationList ? [{ id: '2.5.29.31', value: distributionPoint(about.revocationList) }] : []),
  ]);
  certificate.sign(about.issuer?.key ?? key, forge.md.sha256.create());
  const der = Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), 'latin1');
  return { certificate, key, der, base64: der.toString('base64') };
}

function distributionPoint(url: string): forge.asn1.Asn1 {
  const tagged = (type: number, value: forge.asn1.Asn1[]) => create(Class.CONTEXT_SPECIFIC, type, true, value);
  const uri = create(Class.CONTEXT_SPECIFIC, 6, false, url);
  const point = create(Class.UNIVERSAL, Type.SEQUENCE, true, [tagged(0, [tagged(0, [uri])])]);
  return create(Class.UNIVERSAL, Type.SEQUENCE, true, [point]);
}

/** What `issuer` revoked, as DER. */
export function revocationList(issuer: Made, revoked: readonly Made[]): Buffer {
  const node = (type: number, isConstructed: boolean, value: string | forge.asn1.Asn1[]) =>
    create(Class.UNIVERSAL, type as never, isConstructed, value as never);
  const time = (at: Date) => node(Type.UTCTIME, false, forge.asn1.dateToUtcTime(at) as string);
  const algorithm = () =>
    node(Type.SEQUENCE, true, [
      node(Type.OID, false, forge.asn1.oidToDer('1.2.840.113549.1.1.11').getBytes()),
      node(Type.NULL, false, ''),
    ]);
  const entries = revoked.map(({ der }) => {
    const number = Buffer.from(new X509Certificate(der).serialNumber, 'hex').toString('latin1');
    return node(Type.SEQUENCE, true, [node(Type.INTEGER, false, number), time(new Date())]);
  });
  const body = node(Type.SEQUENCE, true, [
    node(Type.INTEGER, false, '\x01'),
    algorithm(),
    forge.pki.distinguishedNameToAsn1(issuer.certificate.subject),
    time(new Date(Date.now() - day)),
    time(new Date(Date.now() + day)),
    ...(entries.length > 0 ? [node(Type.SEQUENCE, true, entries)] : []),
  ]);
  const signing = createSign('sha256').update(Buffer.from(forge.asn1.toDer(body).getBytes(), 'latin1'));
  const signature = signing.sign(forge.pki.privateKeyToPem(issuer.key)).toString('latin1');
  const whole = node(Type.SEQUENCE, true, [body, algorithm(), node(Type.BITSTRING, false, `\0${signature}`)]);
  return Buffer.from(forge.asn1.toDer(whole).getBytes(), 'latin1');
}
