// Broken bodies out of whole ones: the same seed gives the same bodies. Used by the tests of the decoder and by its bench.
import type { Random } from '../../scripts/make-mailbox.ts';

/** Pieces that mean something to a decoder: tokens, integers at their limits, headers with a string table. */
const pieces = [
  '00',
  '0011',
  '00ff',
  '01',
  '0101010101',
  '0241',
  '0284b0',
  '02c4ffff7f',
  '03',
  '0300',
  '034100',
  '03ff00',
  '04',
  '43',
  '44',
  '45',
  '454545454545',
  '80',
  '83',
  '8300',
  '8301',
  '83008300830083008300',
  '84',
  'c3',
  'c300',
  'c30141',
  'c38fffffff7f',
  'c3ffffffffff',
  'c5',
  'c0',
  '8001',
  'ffffffff0f',
  '03016a00',
  '02016a0441004200',
  '0300006a0541004200',
].map((hex) => Buffer.from(hex, 'hex'));

const tableHeaders = ['03016a0c', '02016a0c', '0300006a0c'].map((hex) =>
  Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from('one\0two\0\xe4\xf6\0\0', 'latin1')]),
);

type Change = (random: Random, body: Buffer, other: Buffer) => Buffer;
const at = (random: Random, body: Buffer): number => Math.floor(random() * (body.length + 1));
const insert = (body: Buffer, where: number, what: Uint8Array): Buffer =>
  Buffer.concat([body.subarray(0, where), what, body.subarray(where)]);

const changes: readonly Change[] = [
  (random, body) => {
    const copy = Buffer.from(body);
    if (copy.length > 0) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
    return copy;
  },
  (random, body) => {
    const copy = Buffer.from(body);
    const where = Math.floor(random() * copy.length);
    if (copy.length > 0) copy[where] = copy[where]! ^ (1 << Math.floor(random() * 8));
    return copy;
  },
  (random, body) => body.subarray(0, at(random, body)),
  (random, body) => insert(body, at(random, body), pieces[Math.floor(random() * pieces.length)]!),
  (random, body) => {
    const piece = pieces[Math.floor(random() * pieces.length)]!;
    return insert(body, at(random, body), Buffer.concat(Array(1 + Math.floor(random() * 40)).fill(piece)));
  },
  (random, body) => {
    const from = at(random, body);
    return Buffer.concat([body.subarray(0, from), body.subarray(from + Math.floor(random() * 8))]);
  },
  (random, body) => {
    const from = at(random, body);
    return insert(body, from, body.subarray(from, from + Math.floor(random() * 64)));
  },
  (random, body, other) => Buffer.concat([body.subarray(0, at(random, body)), other.subarray(at(random, other))]),
  (random, body) => Buffer.concat([tableHeaders[Math.floor(random() * tableHeaders.length)]!, body.subarray(4)]),
];

/** One of `bodies` with one to five changes. */
export function mutate(random: Random, bodies: readonly Buffer[]): Buffer {
  const pick = (): Buffer => bodies[Math.floor(random() * bodies.length)]!;
  let body = pick();
  for (let left = 1 + Math.floor(random() * 5); left > 0; left -= 1) {
    body = changes[Math.floor(random() * changes.length)]!(random, body, pick());
  }
  return body;
}
