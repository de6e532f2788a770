// (b) Syncs that find nothing new: what phones send most of all after Ping.
import { cpuUsage } from 'node:process';
import { Connection } from './connection.ts';
import type { EaselProcess } from './easel-process.ts';
import { type Login, Phone, posted, preview } from './phone.ts';
import { type Row, whole } from './report.ts';

const lanes = 24;
const warmUp = 2_000;
const span = 6_000;

/** Phones spread over the accounts; their Inboxes hold whatever the accounts hold. */
export async function noChangeSync(easel: EaselProcess, logins: readonly Login[], when = ''): Promise<Row[]> {
  const connections = await Promise.all(Array.from({ length: lanes }, () => Connection.open(easel.http)));
  const requests = await Promise.all(
    connections.map(async (connection, n) => {
      const phone = new Phone(logins[n % logins.length]!, `idle${when}${n}`);
      await phone.begin(connection);
      // A page leaves its key unused: only the second request from a key is a repeat.
      await phone.nextPage(connection, 100, preview);
      return phone.syncRequest(100, preview);
    }),
  );
  const loop = async (until: number): Promise<number> => {
    let count = 0;
    const lane = async (connection: Connection, request: Buffer): Promise<void> => {
      while (performance.now() < until) {
        const body = await posted(connection, request);
        if (body.length > 0) throw new Error('a Sync without changes brought something');
        count++;
      }
    };
    await Promise.all(connections.map((connection, n) => lane(connection, requests[n]!)));
    return count;
  };
  await loop(performance.now() + warmUp);
  const cpuBefore = easel.cpu();
  const own = cpuUsage();
  const started = performance.now();
  const count = await loop(started + span);
  const seconds = (performance.now() - started) / 1000;
  const cpu = easel.cpu() - cpuBefore;
  const ownCpu = cpuUsage(own).user + cpuUsage(own).system;
  for (const connection of connections) connection.close();
  const rate = count / seconds;
  return [
    {
      what: `${when && '  '}no-change Sync${when && ' '}${when}, ${lanes} connections`,
      measured: `${whole(rate)} /s`,
      aim: '≥ 2,000 /s',
      met: rate >= 2_000,
    },
    { what: '  processor of the server for one', measured: `${whole(cpu / count)} µs` },
    { what: '  per second of its processor time', measured: `${whole(count / (cpu / 1e6))} /s` },
    { what: '  (processor of this client)', measured: `${whole(ownCpu / count)} µs` },
  ];
}
