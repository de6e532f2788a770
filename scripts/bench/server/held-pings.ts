// (a) 1,000 phones that wait, on sockets of their own: what each costs while nothing happens, and how soon it hears.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import type { EaselProcess } from './easel-process.ts';
import { type Login, Phone, posted } from './phone.ts';
import { percentile, type Row, whole } from './report.ts';
import { SmtpClient } from './smtp-client.ts';

const perAccount = 50;
const steps = [200, 450, 700, 950, 1200];
const idleSeconds = 5;
const heartbeat = 900;

interface Held {
  readonly connection: Connection;
  /** When the answer to its Ping came, by `performance.now()`. */
  readonly answered: Promise<number>;
}

export function heldPhones(logins: readonly Login[]): Phone[] {
  const count = steps.at(-1)!;
  return Array.from({ length: count }, (_, n) => new Phone(logins[Math.floor(n / perAccount)]!, `held${n}`));
}

/** Every phone learns its folders and the Inbox's key: in a process before the measured one, whose heap must not be roomy. */
export async function beginAll(easel: EaselProcess, phones: readonly Phone[]): Promise<void> {
  const lanes = await Promise.all(Array.from({ length: 16 }, () => Connection.open(easel.httpPort)));
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
): Promise<Row[]> {
  const held: Held[] = [];
  try {
    const memory = await slope(easel, phones, held);
    const idle = await idleShare(easel);
    const wakes = await wake(easel, logins.slice(0, phones.length / perAccount), held);
    return [...costRows(memory, idle), ...wakeRows(wakes)];
  } finally {
    for (const { connection } of held) connection.close();
  }
}

function costRows(memory: number, idle: number): Row[] {
  // An upper bound: garbage that is not collected yet counts too. No heap gives memory back while more and more is held: a slope that says so has measured noise.
  const credible = memory > 0;
  const measured = `${(memory / 1024).toFixed(1)} KB${credible ? '' : ' (noise)'}`;
  return [
    {
      what: 'held Ping: resident memory each',
      measured,
      aim: '≤ 20 KB',
      ...(credible && { met: memory <= 20 * 1024 }),
    },
    { what: `${steps.at(-1)} held: processor idle over ${idleSeconds} s`, measured: `${idle.toFixed(1)} %` },
  ];
}

function wakeRows(wakes: readonly Wake[]): Row[] {
  const fromAccepted = wakes.map(({ answered, accepted }) => Math.max(0, answered - accepted));
  const fromSent = wakes.map(({ answered, sent }) => answered - sent);
  const told = (values: number[]) =>
    `${percentile(values, 0.5).toFixed(1)} / ${percentile(values, 0.99).toFixed(1)} ms`;
  return [
    { what: 'wake after SMTP accepted, p50 / p99', measured: told(fromAccepted) },
    { what: 'wake after SMTP end of data, p50 / p99', measured: told(fromSent) },
    { what: `  woken, ${perAccount} phones a mail`, measured: whole(wakes.length) },
  ];
}

/** Bytes for each further Ping: least squares over the steps. */
async function slope(easel: EaselProcess, phones: readonly Phone[], held: Held[]): Promise<number> {
  await holdMore(easel, phones.slice(0, steps[0]), held);
  // Warm-up of the same kind: the same phones ask again, which ends their older Pings.
  for (let again = 0; again < 2; again++) {
    const older = held.splice(0);
    await holdMore(easel, phones.slice(0, steps[0]), held);
    for (const { connection } of older) connection.close();
  }
  const points: { count: number; bytes: number }[] = [];
  for (const count of steps) {
    await holdMore(easel, phones.slice(held.length, count), held);
    await sleep(1_500);
    points.push({ count, bytes: easel.resident() });
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(points.map(({ count }) => count));
  const level = mean(points.map(({ bytes }) => bytes));
  const above = mean(points.map(({ count, bytes }) => (count - middle) * (bytes - level)));
  return above / mean(points.map(({ count }) => (count - middle) ** 2));
}

async function holdMore(easel: EaselProcess, phones: readonly Phone[], held: Held[]): Promise<void> {
  for (const phone of phones) {
    const connection = await Connection.open(easel.httpPort);
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
  readonly sent: number;
  readonly accepted: number;
  readonly answered: number;
}
/** One mail for each account, one after the other. */
async function wake(easel: EaselProcess, logins: readonly Login[], held: readonly Held[]): Promise<Wake[]> {
  const smtp = await SmtpClient.open(easel.smtpPort);
  const wakes: Wake[] = [];
  for (const [n, { address }] of logins.entries()) {
    const woken = held.slice(n * perAccount, (n + 1) * perAccount);
    const { sent, accepted } = await smtp.deliver(
      address,
      `Subject: News\r\nMessage-ID: <news-${n}@example.test>\r\n\r\nHello\r\n`,
    );
    for (const answered of await Promise.all(woken.map((one) => one.answered)))
      wakes.push({ sent, accepted, answered });
  }
  smtp.close();
  return wakes;
}
