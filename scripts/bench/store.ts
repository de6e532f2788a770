// `npm run bench -- store [--engines sqlite,mongo] [--items 1000,100000,1000000] [--times 4000] [--only WORD]`: what the store does in a
// second and what each costs, in mailboxes that grow, beside the prototypes' figures. Growth is the point.
import { parseArgs } from 'node:util';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { deliver, emailOf } from '../../src/delivery/deliver.ts';
import { makeMessage, seeded } from '../make-mailbox.ts';
import { whole } from './server/report.ts';
import { type EngineName, engines, type OpenEngine } from './store/engines.ts';
import type { Figures } from './store/measure.ts';
import { type Bench, inbox, operations, Phones } from './store/operations.ts';

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'sqlite,mongo' },
    items: { type: 'string', default: '1000,100000,1000000' },
    times: { type: 'string', default: '4000' },
    only: { type: 'string', default: '' },
  },
});
const sizes = values.items.split(',').map(Number);
const times = Number(values.times);
const wanted = operations.filter(({ what }) => what.includes(values.only));
const otherAccounts = 127;

for (const name of values.engines.split(',') as EngineName[]) {
  const measured = new Map<number, Map<string, Figures>>();
  for (const size of sizes) measured.set(size, await benchWith(name, size));
  print(name, measured);
}

async function benchWith(name: EngineName, size: number): Promise<Map<string, Figures>> {
  const engine = await engines[name]();
  try {
    const bench = await prepare(engine, size);
    try {
      const figures = new Map<string, Figures>();
      for (const { what, run } of wanted) figures.set(what, await run(bench));
      return figures;
    } finally {
      await bench.store[Symbol.asyncDispose]();
    }
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}

async function prepare(engine: OpenEngine, size: number): Promise<Bench> {
  const mime = makeMessage(seeded(1), 1);
  const first = await engine.open();
  const accounts = await Promise.all(
    Array.from({ length: otherAccounts + 1 }, (_, n) =>
      first.directory.create({ address: `user${n}@example.test`, aliases: [], displayName: `User ${n}` }),
    ),
  );
  const [account] = accounts;
  const phones = new Phones(first);
  for (const each of accounts) await phones.catchUp(each);
  const template = await deliver(first, account!, mime);
  const { id } = await first.blobs.put(mime);
  await first[Symbol.asyncDispose]();
  // Without its blob: accounts that name one blob at once queue for its row, and the prototypes had none.
  const item = { ...emailOf(mime, id, { received: Date.now(), index: indexMessage(mime) }), blobs: [] };
  if (size > 1) await engine.fill({ account: account!, template, collection: inbox, count: size - 1 });
  return { store: await engine.open(), accounts, item, mime, times };
}

function print(name: EngineName, measured: ReadonlyMap<number, ReadonlyMap<string, Figures>>): void {
  const shown = ({ perSecond, cpu, p50, p99 }: Figures): string =>
    `${whole(perSecond)}/s ${whole(cpu)} µs (${p50.toFixed(1)}, ${p99.toFixed(1)} ms)`;
  const rows = [
    [`${name}: rate, CPU here (p50, p99)`, ...sizes.map((size) => `${whole(size)} items`), 'prototype', ''],
    ...wanted.map(({ what, prototype }) => {
      const figures = sizes.map((size) => measured.get(size)!.get(what)!);
      const { cpu, said = '' } = prototype?.[name] ?? {};
      const most = Math.max(...figures.map((each) => each.cpu));
      return [what, ...figures.map(shown), said, cpu === undefined ? '' : `${(most / cpu).toFixed(2)} × its CPU`];
    }),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, n) => cell.padEnd(widths[n]!)).join('  ');
  for (const row of rows) console.log(line(row).trimEnd());
}
