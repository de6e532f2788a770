// A mail with a detached S/MIME signature, and the certificate of its signer.
import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const day = 86_400_000;

/** The mail, and the signer's certificate as DER in base64; it is `address`'s, whoever the mail is from. */
export function signedMail(from: string, address: string): [mime: string, certificate: string] {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = forge.pki.privateKeyFromPem(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - day);
  certificate.validity.notAfter = new Date(Date.now() + 30 * day);
  const subject = [{ name: 'commonName', value: 'Signer' }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'subjectAltName', altNames: [{ type: 1, value: address }] },
  ]);
  certificate.sign(key, forge.md.sha256.create());
  const text = 'Content-Type: text/plain\r\n\r\nSigned.\r\n';
  const signature = forge.pkcs7.createSignedData();
  signature.content = forge.util.createBuffer(text);
  signature.addCertificate(certificate);
  signature.addSigner({ key, certificate, digestAlgorithm: forge.pki.oids.sha256! });
  signature.sign({ detached: true });
  const der = (node: forge.asn1.Asn1) => forge.util.encode64(forge.asn1.toDer(node).getBytes());
  const wrapped = der(signature.toAsn1()).replace(/.{76}/g, '$&\r\n');
  const mime = [
    `From: ${from}\r\nTo: user@example.test\r\nSubject: Signed\r\nMIME-Version: 1.0`,
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="=_s"',
    `\r\n--=_s\r\n${text}\r\n--=_s`,
    'Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n',
    `${wrapped}\r\n--=_s--\r\n`,
  ].join('\r\n');
  return [mime, der(forge.pki.certificateToAsn1(certificate))];
}
