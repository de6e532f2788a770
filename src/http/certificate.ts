import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { Clock } from '../clock.ts';

export interface Certificates {
  /** PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** True when the server's certificate was made now. */
  readonly made: boolean;
}
interface Pair {
  readonly cert: string;
  readonly key: string;
}
const day = 24 * 3_600_000;
/** What phones accept: 398 days for a server, and the CA outlives it. */
const serverDays = 397;
const caDays = 3650;
const renewDays = 30;
const subject = (commonName: string): forge.pki.CertificateField[] => [
  { name: 'commonName', value: commonName },
  { name: 'organizationName', value: 'Easel' },
];

/**
 * A certificate authority of this server's own and a certificate for `names` (DNS names and IP addresses), kept as PEM in
 * `folder`: made once, renewed when fewer than 30 days are left or a name is missing. Throws when the authority cannot be read. Its key never leaves the folder.
 */
export async function ensureCertificates(
  folder: string,
  names: readonly string[],
  clock: Clock,
): Promise<Certificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const now = clock.now();
  const kept = await readPair(folder, 'ca');
  if (kept === undefined) requireNone(folder);
  const keepsCa = kept !== undefined && daysLeft(kept.cert, now) > serverDays + renewDays;
  const ca = keepsCa ? kept : await makeAuthority(now);
  if (!keepsCa) await writePair(folder, 'ca', ca);
  const server = await readPair(folder, 'server');
  if (server && isFit(server, ca, names, now)) return { ca: ca.cert, ...server, made: false };
  const fresh = await makeServer(ca, names, now);
  await writePair(folder, 'server', fresh);
  return { ca: ca.cert, ...fresh, made: true };
}

function isFit(server: Pair, ca: Pair, names: readonly string[], now: number): boolean {
  const cert = new X509Certificate(server.cert);
  const named = names.every((name) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined);
  return named && daysLeft(server.cert, now) > renewDays && cert.verify(new X509Certificate(ca.cert).publicKey);
}

function daysLeft(pem: string, now: number): number {
  return (Date.parse(new X509Certificate(pem).validTo) - now) / day;
}

async function makeAuthority(now: number): Promise<Pair> {
  const keys = await makeKeys();
  const cert = blank(keys, now, caDays);
  // Two authorities of the same name confuse the phone that trusts the older one.
  cert.setSubject(subject(`Easel local CA ${cert.serialNumber.slice(-8)}`));
  cert.setIssuer(cert.subject.attributes);
  cert.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  cert.sign(forge.pki.privateKeyFromPem(keys.key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(cert), key: keys.key };
}

async function makeServer(ca: Pair, names: readonly string[], now: number): Promise<Pair> {
  const keys = await makeKeys();
  const authority = forge.pki.certificateFromPem(ca.cert);
  const cert = blank(keys, now, serverDays);
  cert.setSubject(subject(names[0]!.slice(0, 64)));
  cert.setIssuer(authority.subject.attributes);
  cert.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
    },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes() },
  ]);
  cert.sign(forge.pki.privateKeyFromPem(ca.key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(cert), key: keys.key };
}

/** An hour back, for phones whose clock is behind. */
function blank(keys: { publicKey: string }, now: number, days: number): forge.pki.Certificate {
  const cert = forge.pki.createCertificate();
  cert.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  // Positive, not zero, and of constant length.
  cert.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`;
  cert.validity.notBefore = new Date(now - 3_600_000);
  cert.validity.notAfter = new Date(now - 3_600_000 + days * day);
  return cert;
}

const generate = promisify(generateKeyPair);
async function makeKeys(): Promise<{ publicKey: string; key: string }> {
  const { publicKey, privateKey } = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicKey, key: privateKey };
}

/** Undefined when either file is missing or no PEM. */
async function readPair(folder: string, name: string): Promise<Pair | undefined> {
  try {
    const cert = await readFile(join(folder, `${name}.pem`), 'utf8');
    const key = await readFile(join(folder, `${name}-key.pem`), 'utf8');
    const matches = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    return matches ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Phones trust what was there: another one in its place is not made without being told. */
function requireNone(folder: string): void {
  const [cert, key] = ['ca.pem', 'ca-key.pem'].map((name) => join(folder, name)) as [string, string];
  if (!existsSync(cert)) return; // a key alone is a first start that was killed
  throw new Error(
    `'${cert}' and '${key}' cannot be read, or do not belong together: put them back, or remove both for a new authority, which phones must then be told to trust`,
  );
}

async function writePair(folder: string, name: string, { cert, key }: Pair): Promise<void> {
  await replaceFile(join(folder, `${name}-key.pem`), key, 0o600);
  await replaceFile(join(folder, `${name}.pem`), cert, 0o644);
}
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.${process.pid}.new`;
  await writeFile(fresh, text, { mode, flush: true });
  await rename(fresh, path);
}
