// `npm run bench -- store [--items 1000,100000,1000000] [--times 4000] [--only WORD]`: what the store does in a second and what each costs, in
// mailboxes that grow, beside the prototypes' figures. Growth is the point. It deletes what it made.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexMessage } from '../../src/content/email/index-mime.ts';
import { deliver, emailOf } from '../../src/delivery/deliver.ts';
import { openStore } from '../../src/store/open.ts';
import { makeMessage, seeded } from '../make-mailbox.ts';
import { multiplyItem } from '../multiply-item.ts';
import { whole } from './server/report.ts';
import type { Figures } from './store/measure.ts';
import { type Bench, inbox, operations, Phones } from './store/operations.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '1000,100000,1000000' },
    times: { type: 'string', default: '4000' },
    only: { type: 'string', default: '' },
  },
});
const sizes = values.items.split(',').map(Number);
const times = Number(values.times);
const wanted = operations.filter(({ what }) => what.includes(values.only));
const otherAccounts = 127;

const measured = new Map<number, Map<string, Figures>>();
for (const size of sizes) measured.set(size, await benchWith(size));
print();

async function benchWith(size: number): Promise<Map<string, Figures>> {
  const data = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  try {
    const bench = await prepare(data, size);
    try {
      const figures = new Map<string, Figures>();
      for (const { what, run } of wanted) figures.set(what, await run(bench));
      return figures;
    } finally {
      await bench.store[Symbol.asyncDispose]();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function prepare(data: string, size: number): Promise<Bench> {
  const mime = makeMessage(seeded(1), 1);
  const first = await openStore({ data });
  const accounts = await Promise.all(
    Array.from({ length: otherAccounts + 1 }, (_, n) =>
      first.directory.create({ address: `user${n}@example.test`, aliases: [], displayName: `User ${n}` }),
    ),
  );
  const phones = new Phones(first);
  for (const account of accounts) await phones.catchUp(account);
  const template = await deliver(first, accounts[0]!, mime);
  const { id } = await first.blobs.put(mime);
  await first[Symbol.asyncDispose]();
  if (size > 1) multiplyItem(data, accounts[0]!, template, { [inbox]: size - 1 });
  const store = await openStore({ data });
  const item = emailOf(mime, id, { received: Date.now(), index: indexMessage(mime) });
  return { store, accounts, item, mime, times };
}

function print(): void {
  const shown = ({ perSecond, cpu, p50, p99 }: Figures): string =>
    `${whole(perSecond)}/s ${whole(cpu)} µs (${p50.toFixed(1)}, ${p99.toFixed(1)} ms)`;
  const rows = [
    ['sqlite: rate, CPU each (p50, p99)', ...sizes.map((size) => `${whole(size)} items`), 'prototype', ''],
    ...wanted.map(({ what, prototype }) => {
      const figures = sizes.map((size) => measured.get(size)!.get(what)!);
      const { cpu } = prototype ?? {};
      const most = Math.max(...figures.map((each) => each.cpu));
      const times = cpu === undefined ? '' : `${(most / cpu).toFixed(2)} × its CPU`;
      return [what, ...figures.map(shown), prototype?.said ?? '', times];
    }),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, n) => cell.padEnd(widths[n]!))
        .join('  ')
        .trimEnd(),
    );
}
