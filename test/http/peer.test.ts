import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import { peerOf } from '../../src/http/peer.ts';

const proxies = new BlockList();
proxies.addSubnet('10.0.0.0', 8, 'ipv4');
proxies.addAddress('fd00::1', 'ipv6');
const from = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false): IncomingMessage =>
  ({ socket: { remoteAddress, encrypted }, headers }) as unknown as IncomingMessage;
const forwarded = (addresses: string, scheme = 'https') => ({
  'x-forwarded-for': addresses,
  'x-forwarded-proto': scheme,
});

test('without TLS only this machine itself is safe, whatever a stranger says', () => {
  const lies = forwarded('127.0.0.1');
  assert.deepEqual(peerOf(from('192.0.2.1', lies)), { address: '192.0.2.1', encrypted: false, safe: false });
  assert.deepEqual(peerOf(from('192.0.2.1', lies), proxies), { address: '192.0.2.1', encrypted: false, safe: false });
  assert.deepEqual(peerOf(from('192.0.2.1', {}, true)), { address: '192.0.2.1', encrypted: true, safe: true });
  for (const own of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
    assert.equal(peerOf(from(own)).safe, true, own);
  assert.equal(peerOf(from('::ffff:192.0.2.1')).address, '192.0.2.1');
});

test('of a trusted proxy the last address that is no proxy counts, and what it says of TLS', () => {
  const cases: [string, string, string, boolean][] = [
    ['203.0.113.5', 'https', '203.0.113.5', true],
    ['203.0.113.5', 'http', '203.0.113.5', false],
    ['1.2.3.4, 203.0.113.5, 10.9.9.9', 'https', '203.0.113.5', true],
    ['203.0.113.5:51234', 'HTTPS', '203.0.113.5', true],
    ['[2001:db8::7]:443', 'https', '2001:db8::7', true],
    ['unknown', 'https', '10.1.1.1', true],
    ['10.2.2.2', 'https', '10.2.2.2', true],
  ];
  for (const [addresses, scheme, address, safe] of cases) {
    const peer = peerOf(from('10.1.1.1', forwarded(addresses, scheme)), proxies);
    assert.deepEqual([peer.address, peer.safe], [address, safe], addresses);
  }
  assert.deepEqual(peerOf(from('10.1.1.1'), proxies), { address: '10.1.1.1', encrypted: false, safe: false });
  assert.equal(peerOf(from('fd00::1', forwarded('203.0.113.5')), proxies).address, '203.0.113.5');
});
