// An account to look at: some mail, a week of a calendar, people, things to do. Everything lies around `now`.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Store } from '../store/port.ts';
import { addUser, setPassword } from './accounts.ts';
import { importFile } from './files.ts';
import { importMail } from './mailbox.ts';
import { mboxEntry } from './mbox.ts';

const hour = 3_600_000;
const day = 24 * hour;
const people = [
  { name: 'Ada Byron', user: 'ada', title: 'Analyst', phone: '+44 20 7946 0101' },
  { name: 'Grace Hopper', user: 'grace', title: 'Compilers', phone: '+1 202 555 0102' },
  { name: 'Konrad Zuse', user: 'konrad', title: 'Machines', phone: '+49 30 23125 103' },
];

/** Makes or completes `demo@DOMAIN`, with a new password each time, and colleagues whom nobody can log in as. */
export async function fillDemo(
  store: Store,
  domain: string,
  now: number,
): Promise<{ readonly address: string; readonly password: string }> {
  const address = `demo@${domain}`;
  const password = randomBytes(9).toString('base64url');
  if (await store.directory.find(address)) await setPassword(store, address, password);
  else await addUser(store, { address, password, displayName: 'Demo' });
  for (const { name, user, title, phone } of people) {
    const colleague = `${user}@${domain}`;
    if (await store.directory.find(colleague)) continue;
    await store.directory.create({ address: colleague, aliases: [], displayName: name, person: { title, phone } });
  }
  await importMail(store, address, Readable.from([Buffer.concat(mails(address, domain, now))]));
  for (const [kind, text] of [
    ['calendar', calendar(address, domain, now)],
    ['contacts', contacts(domain)],
    ['tasks', tasks(now)],
  ] as const) {
    await importFile(store, kind, address, text, now);
  }
  return { address, password };
}

/** Days before today, who writes, subject, body; what begins with '<' is HTML. */
const letters: readonly [ago: number, from: number, subject: string, body: string][] = [
  [6, 0, 'Notes on the engine', 'The table of operations is done.\r\nHave a look when there is time.\r\n'],
  [5, 1, 'Re: Notes on the engine', 'I would write it in words that people can read.\r\n'],
  [3, 2, 'Lunch on Friday?', 'There is a new place by the river. Twelve thirty?\r\n'],
  [
    1,
    1,
    'Moth in relay 70',
    '<p>Taped into the log book. <b>First actual case.</b></p><ul><li>panel F</li><li>15:45</li></ul>\r\n',
  ],
  [
    0,
    0,
    'Welcome',
    'This account shows what a phone can do with it: read, flag, move, answer, search, and be told at once.\r\n',
  ],
];

/** The same bytes all day, so that a second start brings nothing twice. */
function mails(address: string, domain: string, now: number): Buffer[] {
  const today = Math.floor(now / day) * day;
  return letters.map(([ago, from, subject, body], at) => {
    const { name, user } = people[from]!;
    const date = today - ago * day - at * hour;
    const head = [
      `From: ${name} <${user}@${domain}>`,
      `To: Demo <${address}>`,
      `Subject: ${subject}`,
      `Date: ${new Date(date).toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: <demo-${at}@${domain}>`,
      ...(subject.startsWith('Re: ') ? [`In-Reply-To: <demo-${at - 1}@${domain}>`] : []),
      'MIME-Version: 1.0',
      `Content-Type: text/${body.startsWith('<') ? 'html' : 'plain'}; charset=utf-8`,
    ];
    return mboxEntry(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`), date);
  });
}

function calendar(address: string, domain: string, now: number): string {
  const monday = Math.floor(now / day) * day - ((new Date(now).getUTCDay() + 6) % 7) * day;
  const event = (uid: string, from: number, to: number, lines: readonly string[]): string[] => [
    ...['BEGIN:VEVENT', `UID:demo-${uid}@${domain}`, `DTSTAMP:${stamp(monday)}`],
    ...[`DTSTART:${stamp(from)}`, `DTEND:${stamp(to)}`, ...lines, 'END:VEVENT'],
  ];
  const at = (days: number, hours: number): number => monday + days * day + hours * hour;
  const who = [`ORGANIZER;CN=Demo:mailto:${address}`, `ATTENDEE;CN=Ada Byron;PARTSTAT=ACCEPTED:mailto:ada@${domain}`];
  return calendarOf([
    ...event('stand-up', at(0, 9), at(0, 9.25), ['SUMMARY:Stand-up', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR']),
    ...event('engine', at(1, 13), at(1, 14), ['SUMMARY:The engine', 'LOCATION:Room 4', ...who]),
    ...event('lunch', at(4, 11.5), at(4, 12.5), ['SUMMARY:Lunch by the river']),
  ]);
}

function tasks(now: number): string {
  const due = stamp(now + 2 * day).slice(0, 8);
  return calendarOf(
    ['Add this account on a phone', 'Send a mail to it'].flatMap((summary, at) => [
      ...['BEGIN:VTODO', `UID:demo-task-${at}`, `DTSTAMP:${stamp(now)}`],
      ...[`SUMMARY:${summary}`, `DUE;VALUE=DATE:${due}`, 'END:VTODO'],
    ]),
  );
}

function contacts(domain: string): string {
  return people
    .flatMap(({ name, user, title, phone }) => [
      ...['BEGIN:VCARD', 'VERSION:3.0', `UID:demo-${user}@${domain}`, `FN:${name}`],
      `N:${name.split(' ').toReversed().join(';')};;;`,
      ...[`EMAIL:${user}@${domain}`, `TITLE:${title}`, `TEL;TYPE=CELL:${phone}`, 'END:VCARD', ''],
    ])
    .join('\r\n');
}

function calendarOf(lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Easel//Demo//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}
function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}
