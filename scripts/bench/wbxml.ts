// `npm run bench -- wbxml`: a Sync answer as a typed value to bytes and back (through write and read), beside JSON and
// wbxml2xml, in one run. Every row does its work on the same value; MB/s are of the WBXML document's bytes. The fastest of many
// runs counts, since other programs of the machine only ever make one slower.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decode,
  type Element,
  email,
  encode,
  encodeToBuffer,
  read,
  sync,
  WbxmlError,
  type WrittenEmail,
  write,
} from '../../protocol/index.ts';
import { mutate } from '../../test/wbxml/mutate.ts';
import { type Random, seeded } from '../make-mailbox.ts';

const version = '16.1';
const mutations = 20_000;

interface Case {
  readonly name: string;
  readonly mails: number;
  /** Characters of each body. */
  readonly body: number;
  readonly foreign: boolean;
}
const cases: readonly Case[] = [
  { name: '100 mails, ASCII', mails: 100, body: 4_400, foreign: false },
  { name: '100 mails, 5 % non-ASCII words', mails: 100, body: 4_400, foreign: true },
  { name: '100 mails of 20 KB, ASCII', mails: 100, body: 20_000, foreign: false },
  { name: '100 mails of 20 KB, 5 % non-ASCII words', mails: 100, body: 20_000, foreign: true },
];

const plain = 'the report meeting plan budget team offer question answer contract invoice order delivery week'.split(
  ' ',
);
const other = 'Grüße Köln déjà naïve Łódź Привет 会議 €'.split(' ');

/** Lines of words as mail has them; with `foreign` every twentieth word is not ASCII. */
function prose(random: Random, length: number, foreign: boolean): string {
  let text = '';
  for (let word = 1, line = 0; text.length < length; word += 1) {
    const list = foreign && word % 20 === 0 ? other : plain;
    const next = list[Math.floor(random() * list.length)]!;
    const wrap = line + next.length > 70;
    text += wrap ? `\r\n${next}` : `${next} `;
    line = wrap ? next.length : line + next.length + 1;
  }
  // One flat string, as a store gives it.
  return Buffer.from(text).toString();
}

function mail(random: Random, n: number, { body, foreign }: Case): WrittenEmail {
  return {
    To: '"Anna Smith" <anna@example.test>',
    Cc: 'team@example.test; office@example.test',
    From: '"Jane Doe" <jane@example.test>',
    Subject: prose(random, 40, foreign),
    ReplyTo: 'jane@example.test',
    DateReceived: '2026-01-15T12:00:00.000Z',
    DisplayTo: 'Anna Smith',
    ThreadTopic: 'the plan of the week',
    Importance: 1,
    Read: n % 3 === 0,
    Body: { Type: 1, EstimatedDataSize: body, Truncated: false, Data: prose(random, body, foreign) },
    MessageClass: 'IPM.Note',
    InternetCPID: '65001',
    ContentClass: 'urn:content-classes:message',
    NativeBodyType: 1,
    ConversationId: Buffer.alloc(16, n),
    ConversationIndex: Buffer.alloc(22, n),
    Categories: { Category: [] },
  };
}

const serverIds = (n: number): string => `5:${1_000_000 + n}`;

function typedEncode(mails: readonly WrittenEmail[]): { readonly chunks: readonly Buffer[]; readonly length: number } {
  const Commands = mails.map((each, n) => ({
    Add: { ServerId: serverIds(n), ApplicationData: write(email, each, { version }) },
  }));
  const Collection = [{ SyncKey: '7', CollectionId: '5', Status: 1, MoreAvailable: true, Commands }];
  return encode(write(sync.response, { Collections: { Collection } }, { version }));
}

function typedDecode(body: Uint8Array): unknown[] {
  const { value } = read(sync.response, decode(body).root, { version });
  const items = value.Collections!.Collection[0]!.Commands!;
  return items.map((each) =>
    read(email, (each as { Add: { ApplicationData: Element } }).Add.ApplicationData, { version }),
  );
}

/** Milliseconds of the fastest of many runs. */
function fastest(work: () => unknown, runs: number = 400): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const start = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return best;
}

/** Milliseconds of one wbxml2xml process; undefined when the tool is absent. */
function libwbxml(body: Buffer): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  try {
    const file = join(folder, 'body.wbxml');
    writeFileSync(file, body);
    const run = () => spawnSync('wbxml2xml', ['-l', 'ACTIVESYNC', '-m', '0', '-o', '/dev/null', file]);
    if (run().status !== 0) return undefined;
    return fastest(run, 10);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(each: Case): string[] {
  const random = seeded(7);
  const mails = Array.from({ length: each.mails }, (_, n) => mail(random, n, each));
  const body = Buffer.concat(typedEncode(mails).chunks);
  const tree = decode(body).root;
  const json = JSON.stringify(mails);
  const jsonBytes = Buffer.from(json);
  const typed = { encode: fastest(() => typedEncode(mails)), decode: fastest(() => typedDecode(body)) };
  const rows: [string, number | undefined, keyof typeof typed][] = [
    ['**value → bytes**', typed.encode, 'encode'],
    ['of it: Element → bytes', fastest(() => encode(tree)), 'encode'],
    ['JSON.stringify', fastest(() => JSON.stringify(mails)), 'encode'],
    ['JSON.stringify → bytes', fastest(() => Buffer.from(JSON.stringify(mails))), 'encode'],
    ['**bytes → value**', typed.decode, 'decode'],
    ['of it: bytes → Element', fastest(() => decode(body)), 'decode'],
    ['JSON.parse', fastest(() => JSON.parse(json)), 'decode'],
    ['bytes → JSON.parse', fastest(() => JSON.parse(jsonBytes.toString('utf8'))), 'decode'],
    ['wbxml2xml, a process', libwbxml(body), 'decode'],
  ];
  return rows.map(([name, time, beside]) => {
    if (time === undefined) return `| ${each.name} | ${name} | absent | | |`;
    const speed = `${(body.length / 1000 / time).toFixed(0)} MB/s`;
    const title = `${each.name}, ${(body.length / 1000).toFixed(0)} KB`;
    return `| ${title} | ${name} | ${time.toFixed(2)} ms | ${speed} | ${(time / typed[beside]).toFixed(1)} |`;
  });
}

/** The most steps per byte that any of many broken bodies took. */
function slowestMutation(): string {
  const random = seeded(11);
  const small = Array.from({ length: 3 }, (_, n) => mail(random, n, { name: '', mails: 3, body: 300, foreign: true }));
  const seeds = [Buffer.concat(typedEncode(small).chunks), encodeToBuffer(write(sync.request, {}))];
  let most = 0;
  for (let count = 0; count < mutations; count += 1) {
    const body = mutate(random, seeds);
    most = Math.max(most, stepsOf(body) / Math.max(1, body.length));
  }
  return `slowest of ${mutations} mutated bodies: ${most.toFixed(2)} steps per byte`;
}

function stepsOf(body: Uint8Array): number {
  try {
    return decode(body).steps;
  } catch (error) {
    if (error instanceof WbxmlError) return error.steps;
    throw error;
  }
}

const head = ['| document | work | time | speed | times ours |', '| --- | --- | --: | --: | --: |'];
console.log([...head, ...cases.flatMap(measure)].join('\n'));
console.log(`\n${slowestMutation()}`);
