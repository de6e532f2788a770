import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Clock } from '../../src/clock.ts';
import { ensureCertificates } from '../../src/http/certificate.ts';
import { certificateNames } from '../../src/http/certificate-names.ts';

const day = 24 * 3_600_000;
const clockAt = (now: number): Clock => ({ now: () => now, elapsed: () => now, after: () => () => {} });
const now = Date.now();

test('the certificate is of the kind that phones accept, is kept, and is renewed when it must be', async (t) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'easel-cert-')), 'data');
  t.after(() => rmSync(join(folder, '..'), { recursive: true }));
  const names = certificateNames('host1', '0.0.0.0', ['example.test']);
  const first = await ensureCertificates(folder, names, clockAt(now));
  const cert = new X509Certificate(first.cert);
  const ca = new X509Certificate(first.ca);

  for (const name of ['example.test', 'mail.example.test', 'autodiscover.example.test', 'localhost', 'host1']) {
    assert.equal(cert.checkHost(name), name);
  }
  assert.equal(cert.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(cert.checkHost('other.test'), undefined);
  assert.deepEqual(cert.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'serverAuth alone');
  assert.deepEqual(
    [cert.publicKey.asymmetricKeyType, cert.publicKey.asymmetricKeyDetails?.modulusLength],
    ['rsa', 2048],
  );
  assert.equal(cert.ca, false);
  assert.ok(Date.parse(cert.validTo) - Date.parse(cert.validFrom) <= 398 * day);
  assert.ok(cert.checkIssued(ca) && cert.verify(ca.publicKey));
  assert.ok(ca.ca && ca.verify(ca.publicKey));
  assert.ok(Date.parse(ca.validTo) - now > 9.9 * 365 * day);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const file of ['ca-key.pem', 'server-key.pem']) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);

  assert.deepEqual(await ensureCertificates(folder, names, clockAt(now + 300 * day)), { ...first, made: false });
  const renewed = await ensureCertificates(folder, names, clockAt(now + 370 * day));
  assert.notEqual(renewed.cert, first.cert, 'fewer than 30 days were left');
  assert.equal(renewed.ca, first.ca, 'the phones still trust it');
  const named = await ensureCertificates(folder, [...names, 'new.test'], clockAt(now + 371 * day));
  assert.equal(new X509Certificate(named.cert).checkHost('new.test'), 'new.test');

  for (const file of ['ca.pem', 'ca-key.pem']) {
    const kept = readFileSync(join(folder, file));
    writeFileSync(join(folder, file), 'damaged');
    await assert.rejects(
      ensureCertificates(folder, names, clockAt(now)),
      /ca\.pem' and '.*' cannot be read.*put them back/,
    );
    writeFileSync(join(folder, file), kept);
  }
  rmSync(join(folder, 'ca.pem')); // a first start that was killed
  assert.equal((await ensureCertificates(folder, names, clockAt(now))).made, true);
});
