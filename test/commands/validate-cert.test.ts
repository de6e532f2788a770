import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { certify, type Made, newKey, revocationList } from '../support/certificates.ts';
import { openHouse } from '../support/endpoint.ts';

describe('ValidateCert', async () => {
  const house = await openHouse({ after });
  const phone = await house.phone();
  const signs = { digitalSignature: true };
  const certifies = { keyCertSign: true, cRLSign: true };

  const root = certify({ name: 'Root', isAuthority: true, keyUsage: certifies }, newKey());
  const middle = certify({ name: 'Middle', issuer: root, isAuthority: true, keyUsage: certifies }, newKey());
  const trusted = join(house.data, 'trusted');
  mkdirSync(trusted);
  writeFileSync(join(trusted, 'root.der'), root.der);

  async function statuses(certificates: readonly string[], chain: readonly Made[] = [], CheckCRL?: boolean) {
    const answer = await phone.ask('ValidateCert', {
      ...(chain.length > 0 && { CertificateChain: { Certificate: chain.map(({ base64 }) => base64) } }),
      Certificates: { Certificate: certificates },
      ...(CheckCRL !== undefined && { CheckCRL }),
    });
    assert.equal(answer.Status, 1);
    return answer.Certificate.map(({ Status }) => Status);
  }

  test('a certificate of a trusted root is valid, with what is between given or not needed', async () => {
    const own = certify({ name: 'Ann', issuer: root, keyUsage: signs });
    const deep = certify({ name: 'Ben', issuer: middle, keyUsage: signs, purposes: { emailProtection: true } });
    assert.deepEqual(await statuses([own.base64]), [1]);
    assert.deepEqual(await statuses([deep.base64], [middle]), [1]);
    assert.deepEqual(await statuses([deep.base64], [middle, root]), [1]);
  });

  test('each certificate has its Status, in the order of the request', async () => {
    const good = certify({ name: 'Good', issuer: root });
    const old = certify({ name: 'Old', issuer: root, from: -20, to: -10 });
    assert.deepEqual(await statuses([old.base64, good.base64, 'bm9uZQ==', old.base64]), [7, 1, 10, 7]);
  });

  test('what is wrong with a certificate or its chain has a Status of its own', async () => {
    const stranger = certify({ name: 'Stranger', isAuthority: true }, newKey());
    const forged = certify({ name: 'Root', isAuthority: true }, newKey());
    const late = certify({ name: 'Late', issuer: root, isAuthority: true, from: -20, to: -10 }, newKey());
    const person = certify({ name: 'Person', issuer: root }, newKey());
    const weak = certify({ name: 'Weak', issuer: root, isAuthority: true, keyUsage: signs }, newKey());
    const cases: [string, Made, Made[], number][] = [
      ['signed by somebody else of the same name', certify({ name: 'A', issuer: forged }), [], 3],
      ['of a root that nobody trusts', certify({ name: 'B', issuer: stranger }), [stranger], 4],
      ['signed by itself', certify({ name: 'C' }), [], 4],
      ['a link of the chain is missing', certify({ name: 'D', issuer: middle }), [person], 5],
      ['for servers alone', certify({ name: 'E', issuer: root, purposes: { serverAuth: true } }), [], 6],
      ['its key may only encrypt', certify({ name: 'F', issuer: root, keyUsage: { keyEncipherment: true } }), [], 6],
      ['not yet', certify({ name: 'G', issuer: root, from: 1 }), [], 7],
      ['its issuer is out of date', certify({ name: 'H', issuer: late }), [late], 8],
      ['its issuer may not certify', certify({ name: 'I', issuer: weak }), [weak], 9],
      ['its issuer is a person', certify({ name: 'J', issuer: person }), [person], 11],
    ];
    for (const [name, made, chain, status] of cases)
      assert.deepEqual(await statuses([made.base64], chain), [status], name);
  });

  test('revoked is revoked wherever the list can be had; what cannot be checked is a fault only with CheckCRL', async (t) => {
    let list: Uint8Array = Buffer.alloc(0);
    const server = createServer((_, res) => res.end(list)).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
    const good = certify({ name: 'Good', issuer: root, revocationList: url('a') });
    const bad = certify({ name: 'Bad', issuer: root, revocationList: url('a') });
    const authority = certify({ name: 'Gone', issuer: root, isAuthority: true, revocationList: url('a') }, newKey());
    const child = certify({ name: 'Child', issuer: authority, revocationList: url('b') });
    list = revocationList(root, [bad, authority]);
    for (const CheckCRL of [true, false]) {
      assert.deepEqual(await statuses([good.base64, bad.base64], [], CheckCRL), [1, 13]);
      assert.deepEqual(await statuses([child.base64], [authority], CheckCRL), [15]);
    }
    const silent = certify({ name: 'Silent', issuer: root });
    const offline = certify({ name: 'Offline', issuer: root, revocationList: 'http://127.0.0.1:1/x' });
    assert.deepEqual(await statuses([silent.base64, offline.base64], [], false), [1, 1]);
    assert.deepEqual(await statuses([silent.base64, offline.base64], [], true), [16, 14]);
    list = revocationList(middle, [good]);
    const lied = certify({ name: 'Lied', issuer: root, revocationList: url('c') });
    assert.deepEqual(await statuses([lied.base64], [], true), [16], 'a list that the issuer did not sign is none');
  });

  test('no certificate, or more than 100, is Status 2', async () => {
    const many = { Certificates: { Certificate: Array(101).fill('AAAA') } };
    assert.equal(await phone.status('ValidateCert', many), 2);
    assert.equal(await phone.status('ValidateCert', { Certificates: { Certificate: [] } }), 2);
  });
});
