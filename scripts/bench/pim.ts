// `npm run bench -- pim`: a new phone takes a whole calendar and a whole address book, page by page, from the real server in a
// process of its own. It holds nothing afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendar, contact, formatTimeZone, timeZoneOf, write } from '../../protocol/index.ts';
import { addUser } from '../../src/admin/accounts.ts';
import { calendarCodec } from '../../src/content/calendar/codec.ts';
import { contactsCodec } from '../../src/content/contacts/codec.ts';
import type { FieldsCodec } from '../../src/content/fields-class.ts';
import type { CollectionId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open.ts';
import { Connection } from './server/connection.ts';
import { type EaselProcess, startEasel } from './server/easel-process.ts';
import { type Login, Phone, preview } from './server/phone.ts';
import { formatTable, type Row, whole } from './server/report.ts';

const count = Number(process.env.EASEL_BENCH_ITEMS ?? 5_000);
const aim = 2_000;
const version = '16.1';
const login: Login = { address: 'user@example.test', password: 'password' };
const spoken = {
  version,
  account: { address: login.address, displayName: 'User', timeZone: 'Europe/Berlin' },
  now: Date.now(),
} as const;
const Timezone = formatTimeZone(timeZoneOf('Europe/Berlin', 2026));
const day = 86_400_000;
const compact = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** Every fifth is a series, every tenth a meeting. */
function event(n: number) {
  const start = Date.UTC(2024, 0, 1, 8) + n * (day / 4);
  return write(
    calendar,
    {
      Timezone,
      StartTime: compact(start),
      EndTime: compact(start + 3_600_000),
      Subject: `Event ${n}`,
      Body: { Type: 1, Data: `What event ${n} is about. `.repeat(8) },
      Location: { DisplayName: `Room ${n % 40}` },
      Reminder: 15,
      ...(n % 5 === 0 && { Recurrence: { Type: 1, Interval: 1, DayOfWeek: 127 & (1 << (n % 7)), Occurrences: 20 } }),
      ...(n % 10 === 0 && {
        Attendees: {
          Attendee: [1, 2, 3].map((each) => ({ Email: `a${each}@example.test`, Name: `A ${each}`, AttendeeType: 1 })),
        },
      }),
    },
    { version },
  );
}

/** Photos of 12 KB of base64. */
function person(n: number) {
  return write(
    contact,
    {
      FirstName: `First ${n}`,
      LastName: `Last ${n}`,
      FileAs: `Last ${n}, First ${n}`,
      Email1Address: `person${n}@example.test`,
      MobilePhoneNumber: `+49 170 ${n}`,
      CompanyName: `Company ${n % 100}`,
      HomeAddressCity: 'Berlin',
      Birthday: '1980-05-04T00:00:00.000Z',
      Body: { Type: 1, Data: 'Met somewhere.' },
      Picture: Buffer.alloc(9 * 1024, n % 251).toString('base64'),
    },
    { version },
  );
}

interface Kind {
  readonly name: string;
  readonly folder: string;
  readonly itemClass: 'Calendar' | 'Contacts';
  readonly codec: FieldsCodec;
  readonly make: (n: number) => ReturnType<typeof event>;
}
const kinds: readonly Kind[] = [
  { name: 'events', folder: '8', itemClass: 'Calendar', codec: calendarCodec, make: event },
  { name: 'contacts with photos', folder: '9', itemClass: 'Contacts', codec: contactsCodec, make: person },
];

async function fill(data: string): Promise<void> {
  const store = await openStore({ data });
  const account = await addUser(store, login);
  for (const { folder, itemClass, codec, make } of kinds) {
    for (let from = 0; from < count; from += 250) {
      const some = Array.from({ length: Math.min(250, count - from) }, (_, at) => {
        const { fields } = codec.create(make(from + at), spoken);
        const sortDate = codec.sortDate(fields, spoken.now);
        const words = codec.words(fields);
        return { collection: folder as CollectionId, class: itemClass, content: fields, sortDate, words, blobs: [] };
      });
      await store.transact(account, async (tx) => {
        for (const item of some) tx.create(item);
      });
    }
  }
  await store[Symbol.asyncDispose]();
}

async function take(easel: EaselProcess, { name, folder }: Kind, window: number): Promise<Row[]> {
  const connection = await Connection.open(easel.http);
  const phone = new Phone(login, `new${folder}x${window}`, folder);
  await phone.begin(connection);
  await phone.prime(connection);
  const before = easel.cpu();
  const started = performance.now();
  let items = 0;
  for (let more = true; more; ) {
    const page = await phone.nextPage(connection, window, preview);
    items += page.items;
    more = page.more;
  }
  const seconds = (performance.now() - started) / 1000;
  connection.close();
  if (items !== count) throw new Error(`${items} of ${count} ${name} came`);
  const cpu = easel.cpu() - before;
  // One core: whichever is slower, the clock or the processor time of all its threads.
  const rate = items / Math.max(seconds, cpu / 1e6);
  return [
    {
      what: `first Sync, ${whole(count)} ${name}, window ${window}`,
      measured: `${whole(rate)} items/s`,
      aim: `≥ ${whole(aim)} items/s`,
      met: rate >= aim,
    },
    { what: '  clock / processor', measured: `${whole(items / seconds)} items/s / ${whole(cpu / items)} µs` },
  ];
}

const data = mkdtempSync(join(tmpdir(), 'easel-bench-'));
try {
  await fill(data);
  const easel = await startEasel(data);
  const rows: Row[] = [];
  try {
    for (const window of [100, 512]) for (const kind of kinds) rows.push(...(await take(easel, kind, window)));
  } finally {
    await easel.stop();
  }
  console.log(formatTable(rows));
} finally {
  rmSync(data, { recursive: true, force: true });
}
