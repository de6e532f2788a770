// Thousands of phones that wait, on sockets of their own: what each costs while nothing happens, and how soon it hears.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type Door } from './connection.ts';
import type { EaselProcess } from './easel-process.ts';
import { noChangeSync } from './no-change-sync.ts';
import { type Login, Phone, posted } from './phone.ts';
import { percentile, type Row, whole } from './report.ts';
import { SmtpClient } from './smtp-client.ts';

/** As many as an account may have. */
export const perAccount = 50;
const points = [1 / 6, 3 / 8, 7 / 12, 19 / 24, 1];
const idleSeconds = 5;
const heartbeat = 900;
const wokenOneByOne = 24;

interface Held {
  readonly connection: Connection;
  /** When the answer to its Ping came, by `performance.now()`. */
  readonly answered: Promise<number>;
}
export interface HeldOptions {
  readonly count: number;
  readonly door: (easel: EaselProcess) => Door;
  readonly name: string;
  /** Bytes. */
  readonly aim: number;
  /** Its members are all the accounts whose phones wait. */
  readonly everybody: string;
}

export function heldPhones(logins: readonly Login[], count: number): Phone[] {
  return Array.from({ length: count }, (_, n) => new Phone(logins[Math.floor(n / perAccount)]!, `held${n}`));
}

/** Every phone learns its folders and the Inbox's key: in a process before the measured one, whose heap must not be roomy. */
export async function beginAll(easel: EaselProcess, phones: readonly Phone[]): Promise<void> {
  const lanes = await Promise.all(Array.from({ length: 16 }, () => Connection.open(easel.http)));
  const lane = async (connection: Connection, first: number): Promise<void> => {
    for (let n = first; n < phones.length; n += lanes.length) await phones[n]!.begin(connection);
    connection.close();
  };
  await Promise.all(lanes.map(lane));
}

export async function heldPings(
  easel: EaselProcess,
  logins: readonly Login[],
  phones: readonly Phone[],
  options: HeldOptions,
): Promise<Row[]> {
  const held: Held[] = [];
  const named = `${whole(options.count)} held, ${options.name}`;
  const rows: Row[] = [];
  try {
    const memory = await slope(easel, phones, held, options);
    rows.push({
      what: `${named}: resident memory each`,
      // Garbage that is not collected yet counts too: an upper bound.
      measured: `${(memory / 1024).toFixed(1)} KB`,
      aim: `≤ ${options.aim / 1024} KB`,
      met: memory <= options.aim,
    });
    const busy = 100 - (await idleShare(easel));
    rows.push({
      what: `  processor while they wait, ${idleSeconds} s`,
      measured: `${busy.toFixed(1)} %`,
      aim: '< 1 %',
      met: busy < 1,
    });
    const some = logins.slice(0, wokenOneByOne);
    const sync = await noChangeSync(easel, some, 'meanwhile');
    rows.push(...sync.slice(0, 2));
    rows.push(...wakeRows('  wake of an account', await wake(easel, some, held)));
    rows.push(...(await wakeAll(easel, options, held.slice(wokenOneByOne * perAccount))));
    return rows;
  } finally {
    for (const { connection } of held) connection.close();
  }
}

function wakeRows(what: string, wakes: readonly Wake[]): Row[] {
  const fromAccepted = wakes.map(({ answered, accepted }) => Math.max(0, answered - accepted));
  const p99 = percentile(fromAccepted, 0.99);
  return [
    {
      what: `${what} after SMTP accepted, p50 / p99`,
      measured: `${percentile(fromAccepted, 0.5).toFixed(1)} / ${p99.toFixed(1)} ms`,
      aim: 'p99 < 50 ms',
      met: p99 < 50,
    },
  ];
}

/** Bytes for each further Ping: least squares over the points. */
async function slope(
  easel: EaselProcess,
  phones: readonly Phone[],
  held: Held[],
  { count, door }: HeldOptions,
): Promise<number> {
  const steps = points.map((part) => Math.round(part * count));
  await holdMore(door(easel), phones.slice(0, steps[0]), held);
  // Warm-up of the same kind: the same phones ask again, which ends their older Pings.
  const older = held.splice(0);
  await holdMore(door(easel), phones.slice(0, steps[0]), held);
  for (const { connection } of older) connection.close();
  const measured: { count: number; bytes: number }[] = [];
  for (const step of steps) {
    await holdMore(door(easel), phones.slice(held.length, step), held);
    await sleep(1_500);
    measured.push({ count: step, bytes: easel.resident() });
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(measured.map((one) => one.count));
  const level = mean(measured.map(({ bytes }) => bytes));
  const above = mean(measured.map((one) => (one.count - middle) * (one.bytes - level)));
  return above / mean(measured.map((one) => (one.count - middle) ** 2));
}

async function holdMore(door: Door, phones: readonly Phone[], held: Held[]): Promise<void> {
  for (const phone of phones) {
    const connection = await Connection.open(door);
    const answered = posted(connection, phone.pingRequest(heartbeat)).then(() => performance.now());
    answered.catch(() => {}); // closed while it waits
    held.push({ connection, answered });
  }
}

/** Percent of one processor. */
async function idleShare(easel: EaselProcess): Promise<number> {
  const before = easel.cpu();
  await sleep(idleSeconds * 1000);
  return 100 - ((easel.cpu() - before) / (idleSeconds * 1_000_000)) * 100;
}

interface Wake {
  readonly accepted: number;
  readonly answered: number;
}
function news(n: string): string {
  return `Subject: News\r\nMessage-ID: <news-${n}@example.test>\r\n\r\nHello\r\n`;
}

/** One mail for each account, one after the other. */
async function wake(easel: EaselProcess, logins: readonly Login[], held: readonly Held[]): Promise<Wake[]> {
  const smtp = await SmtpClient.open(easel.smtpPort);
  const wakes: Wake[] = [];
  for (const [n, { address }] of logins.entries()) {
    const woken = held.slice(n * perAccount, (n + 1) * perAccount);
    const { accepted } = await smtp.deliver(address, news(String(n)));
    for (const answered of await Promise.all(woken.map((one) => one.answered))) wakes.push({ accepted, answered });
  }
  smtp.close();
  return wakes;
}

/** One mail for everybody: how long all take, and how long the loop keeps others waiting meanwhile. */
async function wakeAll(easel: EaselProcess, { everybody }: HeldOptions, held: readonly Held[]): Promise<Row[]> {
  if (held.length === 0) return [];
  const watch = await Connection.open(easel.http);
  let watching = true;
  const waits: number[] = [];
  const watched = (async () => {
    while (watching) {
      const asked = performance.now();
      await watch.send(Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'));
      waits.push(performance.now() - asked);
      await sleep(1);
    }
  })();
  const smtp = await SmtpClient.open(easel.smtpPort);
  const begun = performance.now();
  await smtp.deliver(everybody, news('all'));
  const answered = await Promise.all(held.map((one) => one.answered));
  const last = Math.max(...answered);
  watching = false;
  await watched;
  watch.close();
  smtp.close();
  const longest = Math.max(...waits);
  return [
    {
      what: `  ${whole(held.length)} woken by one mail, from its end to the last`,
      measured: `${((last - begun) / 1000).toFixed(2)} s`,
    },
    {
      what: '  longest wait of another request meanwhile',
      measured: `${longest.toFixed(0)} ms`,
      aim: '≤ 50 ms',
      met: longest <= 50,
    },
  ];
}
