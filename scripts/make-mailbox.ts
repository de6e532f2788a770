// Varied mail for tests, demonstrations and measurements: the same seed gives the same bytes.
// Usage: node dist/scripts/make-mailbox.js DIR COUNT [SEED] [NOW]; NOW is an ISO date, this hour when absent.
// It must never draw from a clock or Math.random while it makes a message.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import iconv from 'iconv-lite';

/** A number in 0 ≤ x < 1. */
export type Random = () => number;

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const hour = 3_600_000;
const defaultNow = Date.UTC(2026, 0, 15, 12);

const words =
  'the report meeting plan budget team offer question answer contract invoice order delivery week quarter draft version note list train ticket garden window price summer result change review build server phone calendar coffee paper'.split(
    ' ',
  );
/** Letters that each charset can say, for words that need it. */
const charsets: Readonly<Record<string, string>> = {
  'us-ascii': 'plain words only',
  'utf-8': 'Grüße, Ελλάδα, Москва, 東京, naïve € ☕ 😀',
  'iso-8859-1': 'Grüße aus Köln, déjà vu, mañana',
  'iso-8859-2': 'Příliš žluťoučký kůň, Łódź, Győr',
  'iso-8859-15': 'Œuvre à 12 €, Žižka, Ÿ',
  'windows-1252': '“Quoted” — 5 € … naïve',
  'koi8-r': 'Привет, как дела? До свидания',
  'iso-2022-jp': 'こんにちは、会議の資料です。',
  gb18030: '你好,会议资料在附件里。',
  shift_jis: '見積書をお送りします。',
};
const names = [
  'Jörg Müller',
  'Anna Smith',
  'Doe, John',
  "Zoë O'Neil",
  'Иван Петров',
  '山田太郎',
  'Łukasz Żak',
  'Team "Blue"',
];

interface Maker {
  readonly random: Random;
  pick<T>(list: readonly T[]): T;
  upTo(limit: number): number;
  sentence(): string;
}
function maker(random: Random): Maker {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const sentence = (): string => {
    const picked = Array.from({ length: 4 + upTo(10) }, () => pick(words)).join(' ');
    return `${picked[0]!.toUpperCase()}${picked.slice(1)}.`;
  };
  return { random, pick, upTo, sentence };
}

function paragraphs({ sentence, upTo }: Maker, sample: string): string[] {
  return [
    `${sentence()} ${sample}`,
    ...Array.from({ length: 1 + upTo(6) }, () => Array.from({ length: 1 + upTo(5) }, sentence).join(' ')),
  ];
}
function wrapped(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/(.{50,70}) /g, '$1\r\n')).join('\r\n\r\n');
}
function word(text: string, charset: string, form: 'b' | 'q'): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const bytes = encodeText(text, charset);
  if (form === 'b') return `=?${charset}?B?${bytes.toString('base64')}?=`;
  const plain = [...bytes].map((byte) =>
    /[A-Za-z0-9]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `=?${charset}?Q?${plain.join('')}?=`;
}
/** ISO-2022-JP from EUC-JP: the same rows and cells, 7 bits each, between escapes. */
function encodeText(text: string, charset: string): Buffer {
  if (charset !== 'iso-2022-jp') return iconv.encode(text, charset);
  const bytes: number[] = [];
  let japanese = false;
  for (const letter of text) {
    const code = iconv.encode(letter, 'euc-jp');
    if ((code.length === 2) !== japanese) bytes.push(0x1b, ...(japanese ? [0x28, 0x42] : [0x24, 0x42]));
    japanese = code.length === 2;
    for (const byte of code) bytes.push(byte & 0x7f);
  }
  if (japanese) bytes.push(0x1b, 0x28, 0x42);
  return Buffer.from(bytes);
}
function base64Lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');
}
function quotedPrintable(bytes: Buffer): string {
  const lines = bytes
    .toString('latin1')
    .split('\r\n')
    .map((line) => {
      const coded = line
        .replace(
          /[^\x20-\x3c\x3e-\x7e]/g,
          (letter) => `=${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .replace(/ $/, '=20');
      return coded.replace(/(?:=[0-9A-F]{2}|[^=]){70,73}(?=.)/g, '$&=\r\n');
    });
  return lines.join('\r\n');
}

type Entity = { readonly header: readonly string[]; readonly body: Buffer };
function text(make: Maker, type: string, content: string, charset: string): Entity {
  const bytes = encodeText(content, charset);
  const clear = charset === 'us-ascii' || charset === 'iso-2022-jp' ? '7bit' : '8bit';
  const encoding = make.pick([clear, 'quoted-printable', 'base64']);
  const body =
    encoding === 'base64'
      ? Buffer.from(base64Lines(bytes))
      : encoding === 'quoted-printable'
        ? Buffer.from(quotedPrintable(bytes), 'latin1')
        : bytes;
  return {
    header: [
      `Content-Type: ${type}; charset=${make.pick([charset, charset.toUpperCase(), `"${charset}"`])}`,
      `Content-Transfer-Encoding: ${encoding}`,
    ],
    body,
  };
}
function file(make: Maker, size: number, inline?: string): Entity {
  const name = make.pick([
    'report.pdf',
    'Übersicht 2026.xlsx',
    'photo.jpg',
    'a very long name of a file that has to be split into pieces, since it is long.docx',
    '見積書.pdf',
    'notes.txt',
  ]);
  const type = inline ? 'image/png' : make.pick(['application/pdf', 'application/octet-stream', 'image/jpeg']);
  const bytes = Buffer.from(Uint8Array.from({ length: size }, () => make.upTo(256)));
  const encoded = encodeURIComponent(name).replace(/'/g, '%27');
  const halves =
    encoded.length > 60
      ? [encoded.slice(0, encoded.lastIndexOf('%', 40)), encoded.slice(encoded.lastIndexOf('%', 40))]
      : undefined;
  const filename =
    /^[\x20-\x7e]*$/.test(name) && name.length < 40
      ? [`filename="${name}"`]
      : halves && halves[0] !== ''
        ? [`filename*0*=utf-8''${halves[0]}`, `filename*1*=${halves[1]}`]
        : [`filename*=utf-8''${encoded}`];
  return {
    header: [
      `Content-Type: ${type}`,
      [`Content-Disposition: ${inline ? 'inline' : 'attachment'}`, ...filename].join(';\r\n '),
      'Content-Transfer-Encoding: base64',
      ...(inline ? [`Content-ID: <${inline}>`] : []),
    ],
    body: Buffer.from(base64Lines(bytes)),
  };
}
function container(make: Maker, subtype: string, parts: readonly Entity[], parameters = ''): Entity {
  const boundary = `=_${make.upTo(0x7fffffff).toString(36)}_${subtype}`;
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${part.header.join('\r\n')}\r\n\r\n`),
    part.body,
    Buffer.from('\r\n'),
  ]);
  return {
    header: [`Content-Type: multipart/${subtype}${parameters}; boundary="${boundary}"`],
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
function html(lines: readonly string[], image?: string): string {
  const body = lines
    .map((line) => `<p style="margin:0">${line.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</p>`)
    .join('\r\n');
  return `<html><head><style>p { color: #333 }</style></head><body>\r\n${body}\r\n${image ? `<img src="cid:${image}" alt="picture">` : ''}<a href="https://www.example.com/?a=1&amp;b=2">More</a></body></html>`;
}

interface Facts {
  readonly make: Maker;
  readonly charset: string;
  readonly lines: readonly string[];
  readonly n: number;
}
/** What mail looks like; the first ones come most often. */
const kinds: Readonly<Record<string, (facts: Facts) => Entity>> = {
  plain: ({ make, charset, lines }) => text(make, 'text/plain', wrapped(lines), charset),
  htmlOnly: ({ make, charset, lines }) => text(make, 'text/html', html(lines), charset),
  alternative: ({ make, charset, lines }) =>
    container(make, 'alternative', [
      text(make, 'text/plain', wrapped(lines), charset),
      text(make, 'text/html', html(lines), charset),
    ]),
  attachments: (facts) =>
    container(facts.make, 'mixed', [
      kinds.alternative!(facts),
      ...Array.from({ length: 1 + facts.make.upTo(3) }, () =>
        file(facts.make, 500 + facts.make.upTo(facts.make.random() < 0.1 ? 300_000 : 8000)),
      ),
    ]),
  related: ({ make, charset, lines, n }) => {
    const picture = `picture${n}@example.com`;
    return container(make, 'related', [
      text(make, 'text/html', html(lines, picture), charset),
      file(make, 2000 + make.upTo(4000), picture),
    ]);
  },
  embedded: (facts) => {
    const inner = makeMessage(facts.make.random, facts.n + 1_000_000, defaultNow, 'plain');
    return container(facts.make, 'mixed', [
      kinds.plain!(facts),
      { header: ['Content-Type: message/rfc822', 'Content-Disposition: attachment'], body: inner },
    ]);
  },
  signed: (facts) => {
    const signature = {
      header: [
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment; filename="smime.p7s"',
      ],
      body: Buffer.from(base64Lines(Buffer.alloc(900, facts.n))),
    };
    return container(
      facts.make,
      'signed',
      [kinds.alternative!(facts), signature],
      '; protocol="application/pkcs7-signature"; micalg=sha-256',
    );
  },
  report: ({ make, n }) => {
    const status = `Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; nobody${n}@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n`;
    return container(
      make,
      'report',
      [
        text(make, 'text/plain', 'Your message could not be delivered.\r\n', 'us-ascii'),
        { header: ['Content-Type: message/delivery-status'], body: Buffer.from(status) },
      ],
      '; report-type=delivery-status',
    );
  },
  calendar: ({ make, charset, lines, n }) => {
    const event = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Example//Mail//EN',
      'METHOD:REQUEST',
      'BEGIN:VEVENT',
      `UID:event-${n}@example.com`,
      'DTSTAMP:20260101T080000Z',
      'DTSTART:20260301T090000Z',
      'DTEND:20260301T100000Z',
      `SUMMARY:${make.sentence()}`,
      'ORGANIZER:mailto:anna@example.com',
      'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:me@example.org',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    return container(make, 'alternative', [
      text(make, 'text/plain', wrapped(lines), charset),
      {
        header: ['Content-Type: text/calendar; charset=utf-8; method=REQUEST', 'Content-Transfer-Encoding: 8bit'],
        body: Buffer.from(event),
      },
    ]);
  },
  raw8bit: ({ lines, make }) => ({
    header: ['Content-Type: text/plain'],
    body: encodeText(wrapped(lines), make.pick(['utf-8', 'windows-1252'])),
  }),
};
/** Mail as no one should send it. */
const brokenKinds: Readonly<Record<string, (facts: Facts) => Entity>> = {
  missingBoundary: ({ lines }) => ({
    header: ['Content-Type: multipart/mixed; boundary="never-used"'],
    body: Buffer.from(wrapped(lines)),
  }),
  unclosed: (facts) => {
    const whole = kinds.attachments!(facts);
    return { ...whole, body: whole.body.subarray(0, Math.floor(whole.body.length * facts.make.random())) };
  },
  badBase64: (facts) =>
    container(facts.make, 'mixed', [
      kinds.plain!(facts),
      {
        header: ['Content-Type: application/pdf; name=bad.pdf', 'Content-Transfer-Encoding: base64'],
        body: Buffer.from('JVBERi0*!!xLjQ\r\n%%%%=A==B'),
      },
    ]),
  noHeaderEnd: ({ lines }) => ({ header: [`X-Rest: ${lines.join(' ')}`, ...lines], body: Buffer.alloc(0) }),
};
export const kindNames = [...Object.keys(kinds), ...Object.keys(brokenKinds)];
const frequent = ['plain', 'plain', 'htmlOnly', 'alternative', 'alternative', 'alternative', 'attachments', 'related'];

/** Message number `n`: its date lies in the 60 days before `now` (milliseconds), newer with higher numbers of a thread. */
export function makeMessage(random: Random, n: number, now = defaultNow, kind?: string): Buffer {
  const make = maker(random);
  const chosen =
    kind ??
    (random() < 0.6
      ? make.pick(frequent)
      : random() < 0.9
        ? make.pick(Object.keys(kinds))
        : make.pick(Object.keys(brokenKinds)));
  const charset = chosen === 'raw8bit' ? 'windows-1252' : make.pick(Object.keys(charsets));
  const entity = (kinds[chosen] ?? brokenKinds[chosen]!)({
    make,
    charset,
    lines: paragraphs(make, charsets[charset]!),
    n,
  });
  const header = [...messageHeader(make, n, now, charset), 'MIME-Version: 1.0', ...entity.header];
  const end = chosen === 'noHeaderEnd' ? '\r\n' : '\r\n\r\n';
  const message = Buffer.concat([Buffer.from(`${header.join('\r\n')}${end}`, 'utf8'), entity.body]);
  return random() < 0.05 ? Buffer.from(message.toString('latin1').replace(/\r\n/g, '\n'), 'latin1') : message;
}
function messageHeader(make: Maker, n: number, now: number, charset: string): string[] {
  const address = (): string => {
    const name = make.pick(names);
    const written = /^[\x20-\x7e]*$/.test(name)
      ? `"${name.replace(/"/g, '\\"')}"`
      : word(name, 'utf-8', make.pick(['b', 'q']));
    return make.random() < 0.2 ? `user${make.upTo(50)}@example.com` : `${written} <user${make.upTo(50)}@example.com>`;
  };
  const list = (): string => Array.from({ length: 1 + make.upTo(4) }, address).join(',\r\n ');
  const thread = make.random() < 0.4 ? Math.floor(n / 10) * 10 : n;
  const ancestors = Array.from(
    { length: Math.min(n - thread, 9) },
    (_, level) => `<message-${thread + level}@example.com>`,
  );
  const time = now - Math.floor(make.random() * 60 * 24 * hour);
  const subject = `${ancestors.length > 0 ? 'Re: ' : ''}${word(make.random() < 0.5 ? make.sentence() : charsets[charset]!, charset, make.pick(['b', 'q']))}`;
  return [
    `Received: from mx.example.com by mail.example.org; ${new Date(time).toUTCString().replace('GMT', '+0000')}`,
    `Date: ${new Date(time).toUTCString().replace('GMT', '+0000')}`,
    `From: ${address()}`,
    `To: ${list()}`,
    ...(make.random() < 0.3 ? [`Cc: ${list()}`] : []),
    `Subject: ${make.random() < 0.03 ? '=?utf-8?X?broken?= =?nothing' : subject}`,
    ...(make.random() < 0.98 ? [`Message-ID: <message-${n}@example.com>`] : []),
    ...(ancestors.length > 0 ? [`In-Reply-To: ${ancestors.at(-1)}`, `References: ${ancestors.join('\r\n ')}`] : []),
    ...(make.random() < 0.1 ? [make.pick(['Importance: high', 'X-Priority: 5', 'X-Priority: 1 (Highest)'])] : []),
  ];
}

/** Writes `count` messages as 00000.eml, 00001.eml, … */
export function makeMailbox(directory: string, count: number, seed = 1, now = defaultNow): void {
  const random = seeded(seed);
  mkdirSync(directory, { recursive: true });
  for (let n = 0; n < count; n++)
    writeFileSync(join(directory, `${String(n).padStart(5, '0')}.eml`), makeMessage(random, n, now));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [directory, count, seed = '1', now] = argv.slice(2);
  if (directory === undefined || !/^\d+$/.test(count ?? '') || !/^\d+$/.test(seed)) {
    console.error('usage: make-mailbox DIR COUNT [SEED] [NOW]');
    process.exitCode = 2;
  } else {
    makeMailbox(
      directory,
      Number(count),
      Number(seed),
      now === undefined ? Math.floor(Date.now() / hour) * hour : Date.parse(now),
    );
  }
}
