// (c) A new phone takes a whole Inbox, page by page.
import { Connection } from './connection.ts';
import type { EaselProcess } from './easel-process.ts';
import { type BodyWanted, type Login, Phone, preview } from './phone.ts';
import { type Row, whole } from './report.ts';

const runs: readonly {
  readonly name: string;
  readonly window: number;
  readonly body: BodyWanted;
  readonly aim?: number;
}[] = [
  { name: 'text, 500 bytes, window 100', window: 100, body: preview, aim: 10_000 },
  { name: 'text, 500 bytes, window 512', window: 512, body: preview, aim: 10_000 },
  { name: 'whole HTML, window 100', window: 100, body: { Type: 2 } },
  { name: 'whole HTML, window 512', window: 512, body: { Type: 2 } },
];

/** `count`: the mails in the Inbox. */
export async function firstSync(easel: EaselProcess, login: Login, count: number): Promise<Row[]> {
  const connection = await Connection.open(easel.http);
  const rows: Row[] = [];
  for (const [n, { name, window, body, aim }] of runs.entries()) {
    const phone = new Phone(login, `new${n}`);
    await phone.begin(connection);
    await phone.prime(connection);
    const before = easel.cpu();
    const started = performance.now();
    let items = 0;
    for (let more = true; more; ) {
      const page = await phone.nextPage(connection, window, body);
      items += page.items;
      more = page.more;
    }
    const seconds = (performance.now() - started) / 1000;
    if (items !== count) throw new Error(`${items} of ${count} mails came`);
    const cpu = easel.cpu() - before;
    // One core: whichever is slower, the clock or the processor time of all its threads.
    const rate = items / Math.max(seconds, cpu / 1e6);
    rows.push({
      what: `first Sync, ${name}`,
      measured: `${whole(rate)} items/s`,
      ...(aim !== undefined && { aim: `≥ ${whole(aim)} items/s`, met: rate >= aim }),
    });
    rows.push({
      what: '  clock / processor',
      measured: `${whole(items / seconds)} items/s / ${whole(cpu / items)} µs`,
    });
  }
  connection.close();
  return rows;
}
