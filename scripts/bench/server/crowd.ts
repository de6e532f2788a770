// Many phones take their whole Inbox at once: how long those wait that only ask whether there is something new.
import { Connection } from './connection.ts';
import type { EaselProcess } from './easel-process.ts';
import { type Login, Phone, posted, preview } from './phone.ts';
import { percentile, type Row, whole } from './report.ts';

const crowd = 50;
const askers = 8;

export async function firstSyncs(easel: EaselProcess, full: Login, logins: readonly Login[]): Promise<Row[]> {
  const waits: number[] = [];
  let loading = true;
  const ask = async (n: number): Promise<void> => {
    const connection = await Connection.open(easel.http);
    const phone = new Phone(logins[n % logins.length]!, `asker${n}`);
    await phone.begin(connection);
    await phone.nextPage(connection, 100, preview);
    const request = phone.syncRequest(100, preview);
    while (loading) {
      const asked = performance.now();
      await posted(connection, request);
      waits.push(performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    connection.close();
  };
  const asking = Promise.all(Array.from({ length: askers }, (_, n) => ask(n)));
  const load = async (n: number): Promise<number> => {
    const connection = await Connection.open(easel.http);
    const phone = new Phone(full, `crowd${n}`);
    await phone.begin(connection);
    await phone.prime(connection);
    let items = 0;
    for (let more = true; more; ) {
      const page = await phone.nextPage(connection, 100, preview);
      items += page.items;
      more = page.more;
    }
    connection.close();
    return items;
  };
  const started = performance.now();
  const taken = await Promise.all(Array.from({ length: crowd }, (_, n) => load(n)));
  const seconds = (performance.now() - started) / 1000;
  loading = false;
  await asking;
  const p99 = percentile(waits, 0.99);
  return [
    {
      what: `${crowd} first Syncs at once: no-change Sync p50 / p99`,
      measured: `${percentile(waits, 0.5).toFixed(0)} / ${p99.toFixed(0)} ms`,
      aim: 'p99 < 250 ms',
      met: p99 < 250,
    },
    { what: '  items for the crowd', measured: `${whole(taken.reduce((sum, n) => sum + n, 0) / seconds)} items/s` },
  ];
}
