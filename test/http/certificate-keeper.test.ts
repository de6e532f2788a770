import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import express from 'express';
import { systemClock } from '../../src/clock.ts';
import { ensureCertificates } from '../../src/http/certificate.ts';
import { keepCertificate, type Pem, readCertificate } from '../../src/http/certificate-keeper.ts';
import { listen } from '../../src/http/listener.ts';
import { createLog } from '../../src/log.ts';
import { turnedClock } from '../support/turned-clock.ts';

const log = createLog({ level: 'silent' });

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'easel-keeper-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}
const made = async (t: TestContext, name: string): Promise<Pem> => ensureCertificates(folder(t), [name], systemClock);

test('a certificate of files is read again when it changes; what cannot be used leaves the old one', async (t) => {
  const root = folder(t);
  const files = { cert: join(root, 'cert.pem'), key: join(root, 'key.pem') };
  const write = ({ cert, key }: Pem) => [writeFileSync(files.cert, cert), writeFileSync(files.key, key)];
  const [first, second] = [await made(t, 'one.test'), await made(t, 'two.test')];
  write(first);
  const clock = turnedClock();
  const keeper = await keepCertificate(() => readCertificate(files), { every: 60_000, clock, log });
  t.after(() => keeper[Symbol.dispose]());
  const changes: Pem[] = [];
  keeper.onChange((pem) => changes.push(pem));
  const listener = await listen(express(), { host: '127.0.0.1', port: 0 }, keeper.current);
  t.after(() => listener[Symbol.asyncDispose]());
  keeper.onChange(listener.setCertificate);
  const shown = () =>
    new Promise<string>((resolve, reject) => {
      const socket: TLSSocket = connect({ port: listener.address.port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.once('error', reject).once('secureConnect', () => {
        resolve(socket.getPeerCertificate().subject.CN as string);
        socket.destroy();
      });
    });

  assert.equal(await shown(), 'one.test');
  writeFileSync(files.cert, second.cert);
  await keeper.look();
  assert.equal(await shown(), 'one.test', 'a certificate without its key');
  writeFileSync(files.key, second.key);
  await clock.turn(60_000);
  while (changes.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await shown(), 'two.test');
  writeFileSync(files.cert, 'nothing');
  await keeper.look();
  assert.equal(await shown(), 'two.test');
  assert.equal(changes.length, 1);
  await assert.rejects(readCertificate(files));
  write({ cert: first.cert, key: second.key });
  await assert.rejects(readCertificate(files));
});

test('old TLS is spoken when it is asked for, and else not', async (t) => {
  const root = folder(t);
  const pem = await ensureCertificates(root, ['localhost'], systemClock);
  const app = express().get('/', (_req, res) => void res.end('hello'));
  const old = await listen(app, { host: '127.0.0.1', port: 0 }, pem, 'TLSv1');
  const usual = await listen(app, { host: '127.0.0.1', port: 0 }, pem);
  t.after(() => Promise.all([old, usual].map((one) => one[Symbol.asyncDispose]())));
  const get = (port: number, maxVersion: SecureVersion) =>
    new Promise<string | null>((resolve, reject) => {
      const tls = {
        ca: readFileSync(join(root, 'ca.pem')),
        minVersion: 'TLSv1',
        maxVersion,
        ciphers: 'DEFAULT@SECLEVEL=0',
      } as const;
      const asked = request({ host: '127.0.0.1', servername: 'localhost', port, agent: false, ...tls }, (response) => {
        const { socket } = response;
        resolve((socket as TLSSocket).getProtocol());
        response.resume();
      });
      asked.once('error', reject).end();
    });
  assert.equal(await get(old.address.port, 'TLSv1'), 'TLSv1');
  assert.equal(await get(old.address.port, 'TLSv1.3'), 'TLSv1.3');
  assert.equal(await get(usual.address.port, 'TLSv1.2'), 'TLSv1.2');
  await assert.rejects(get(usual.address.port, 'TLSv1.1'));
});
