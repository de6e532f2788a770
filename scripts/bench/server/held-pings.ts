// Thousands of phones that wait, on sockets of their own: what each costs while nothing happens, and how soon it hears.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type Door } from './connection.ts';
import type { EaselProcess } from './easel-process.ts';
import { Holders } from './holders.ts';
import { moment } from './moment.ts';
import { noChangeSync } from './no-change-sync.ts';
import type { Login } from './phone.ts';
import { percentile, type Row, whole } from './report.ts';
import { SmtpClient } from './smtp-client.ts';
import type { Waiting } from './waiting-phones.ts';

const idleSeconds = 20;
const wokenOneByOne = 24;
/** Milliseconds of rest after which V8 has given back what was garbage. */
const untilSwept = 90_000;
/** Microseconds of processor time in a second: below it nothing is under way any more. */
const restless = 60_000;

export interface HeldOptions {
  readonly door: (easel: EaselProcess) => Door;
  readonly name: string;
  /** Bytes; absent: told for its own sake. */
  readonly aim?: number;
  /** Its members are all the accounts whose phones wait. */
  readonly everybody: string;
}

/** `idlers`: accounts without a phone that waits. */
export async function heldPings(
  easel: EaselProcess,
  waiting: Waiting,
  idlers: readonly Login[],
  options: HeldOptions,
): Promise<Row[]> {
  const { phones } = waiting;
  const named = `${whole(phones.length)} held, ${options.name}`;
  using holders = new Holders(options.door(easel), phones.length);
  const rows: Row[] = [...memoryRows(named, await memoryEach(easel, waiting, holders), options.aim)];
  const { answered } = holders;
  const busy = await busyShare(easel);
  rows.push({
    what: `  processor while they wait, ${idleSeconds} s`,
    measured: `${busy.toFixed(1)} %`,
    aim: '< 1 %',
    met: busy < 1,
  });
  rows.push(...(await noChangeSync(easel, idlers, 'meanwhile')).slice(0, 2));
  if (holders.answered > answered) throw new Error(`${holders.answered - answered} Pings were answered without news`);
  const first = holders.held - phones.length; // behind those of the warm-up
  const pingsOf = waiting.logins.map((): number[] => []);
  for (let n = 0; n < phones.length; n++) pingsOf[n % pingsOf.length]!.push(first + n);
  rows.push(...wakeRows(await wake(easel, waiting.logins.slice(0, wokenOneByOne), holders, pingsOf)));
  rows.push(...(await wakeAll(easel, options, holders, pingsOf.slice(wokenOneByOne).flat())));
  if (holders.failed > 0) throw new Error(`${holders.failed} Pings failed`);
  return rows;
}

function memoryRows(named: string, bytes: number, aim: number | undefined): Row[] {
  const verdict = aim === undefined ? {} : { aim: `≤ ${aim / 1024} KB`, met: bytes <= aim };
  return [{ what: `${named}: resident memory each, at rest`, measured: `${(bytes / 1024).toFixed(1)} KB`, ...verdict }];
}

function wakeRows(wakes: readonly Wake[]): Row[] {
  const fromAccepted = wakes.map(({ answered, accepted }) => Math.max(0, answered - accepted));
  const p99 = percentile(fromAccepted, 0.99);
  return [
    {
      what: '  wake of an account after SMTP accepted, p50 / p99',
      measured: `${percentile(fromAccepted, 0.5).toFixed(1)} / ${p99.toFixed(1)} ms`,
      aim: 'p99 < 50 ms',
      met: p99 < 50,
    },
  ];
}

/** Bytes for each Ping more, between a sixth of them and all. */
async function memoryEach(easel: EaselProcess, { phones }: Waiting, holders: Holders): Promise<number> {
  const warm = Math.round(phones.length / 6);
  await holders.hold(phones.slice(0, warm));
  await settled(easel, holders);
  // Warm-up of the same kind: the same phones ask again, which ends their older Pings.
  await holders.hold(phones.slice(0, warm));
  await settled(easel, holders);
  if (holders.answered !== warm) throw new Error(`${holders.answered} of ${warm} older Pings were ended`);
  holders.release(warm);
  await sleep(untilSwept);
  const before = easel.resident();
  await holders.hold(phones.slice(warm));
  await settled(easel, holders);
  await sleep(untilSwept);
  return (easel.resident() - before) / (phones.length - warm);
}

/** Everybody has asked once, and its device's record says where it waits. */
async function settled(easel: EaselProcess, holders: Holders): Promise<void> {
  const begun = moment();
  const until = begun + 1_800_000;
  for (let before = Number.NEGATIVE_INFINITY; moment() < until; ) {
    const now = easel.cpu();
    if (now - before < restless) {
      const seconds = ((moment() - begun) / 1000).toFixed(0);
      console.error(
        `${whole(holders.held)} Pings asked; at rest after ${seconds} s, ${whole(easel.cpu() / 1e6)} s of processor`,
      );
      return;
    }
    before = now;
    await sleep(1_000);
  }
  throw new Error('the server does not come to rest');
}

/** Percent of one processor. */
async function busyShare(easel: EaselProcess): Promise<number> {
  const before = easel.cpu();
  await sleep(idleSeconds * 1000);
  return ((easel.cpu() - before) / (idleSeconds * 1_000_000)) * 100;
}

interface Wake {
  readonly accepted: number;
  readonly answered: number;
}
function news(n: string): string {
  return `Subject: News\r\nMessage-ID: <news-${n}@example.test>\r\n\r\nHello\r\n`;
}

/** One mail for each account, one after the other. */
async function wake(
  easel: EaselProcess,
  logins: readonly Login[],
  holders: Holders,
  pingsOf: readonly (readonly number[])[],
): Promise<Wake[]> {
  const smtp = await SmtpClient.open(easel.smtpPort);
  const wakes: Wake[] = [];
  for (const [n, { address }] of logins.entries()) {
    const { accepted } = await smtp.deliver(address, news(String(n)));
    for (const answered of await answersOf(holders, pingsOf[n]!)) wakes.push({ accepted, answered });
  }
  smtp.close();
  return wakes;
}

function answersOf(holders: Holders, pings: readonly number[]): Promise<number[]> {
  return Promise.all(pings.map((ping) => holders.answer(ping)));
}

/** One mail for everybody: how long all take, and how long the loop keeps others waiting meanwhile. */
async function wakeAll(
  easel: EaselProcess,
  { everybody }: HeldOptions,
  holders: Holders,
  pings: readonly number[],
): Promise<Row[]> {
  const count = pings.length;
  if (count === 0) return [];
  const stopWatch = await watchOthers(easel);
  const stopTurns = await easel.watchTurns();
  const smtp = await SmtpClient.open(easel.smtpPort);
  const cpuBefore = easel.cpu();
  const begun = moment();
  const { accepted } = await smtp.deliver(everybody, news('all'));
  const last = (await answersOf(holders, pings)).reduce((latest, at) => Math.max(latest, at));
  const each = (easel.cpu() - cpuBefore) / count;
  const turns = await stopTurns();
  const waits = await stopWatch();
  smtp.close();
  const longest = Math.max(...waits);
  const [clock, cpu] = [Math.max(...turns.map((one) => one.milliseconds)), Math.max(...turns.map((one) => one.onCpu))];
  return [
    {
      what: `  ${whole(count)} woken by one mail, from its end to the last`,
      measured: `${((last - begun) / 1000).toFixed(2)} s`,
    },
    { what: '  SMTP accepted it after', measured: `${((accepted - begun) / 1000).toFixed(2)} s` },
    { what: '  processor of the server for one of them', measured: `${whole(each)} µs` },
    {
      what: '  longest turn of the loop meanwhile, on the CPU (by the clock)',
      measured: `${cpu.toFixed(0)} ms (${clock.toFixed(0)} ms)`,
      aim: '≤ 50 ms',
      met: cpu <= 50,
    },
    {
      what: '  wait of another request meanwhile, p99 / longest',
      measured: `${percentile(waits, 0.99).toFixed(0)} / ${longest.toFixed(0)} ms`,
      aim: '≤ 50 ms',
      met: longest <= 50,
    },
  ];
}

/** Asks for a page that costs nothing, again and again; tells how long each answer took. */
async function watchOthers(easel: EaselProcess): Promise<() => Promise<number[]>> {
  const watch = await Connection.open(easel.http);
  let watching = true;
  const waits: number[] = [];
  const watched = (async () => {
    while (watching) {
      const asked = moment();
      await watch.send(Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'));
      waits.push(moment() - asked);
      await sleep(1);
    }
  })();
  return async () => {
    watching = false;
    await watched;
    watch.close();
    return waits;
  };
}
