// What runs in the other process: argv names the folder or database, one act and what it needs.
import type { AccountId, BlobId, CollectionId, ServerId } from '../../src/domain/ids.ts';
import { accountNumber } from '../../src/store/list/rows.ts';
import { connectMongo } from '../../src/store/mongo/open.ts';
import { startPresence } from '../../src/store/mongo/presence.ts';
import { inTransaction } from '../../src/store/mongo/transaction.ts';
import { isMongoUrl, openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';
import { mail, newDevice, phone, trash } from './contract.ts';
import { increment } from './contract-transactions.ts';
import type { Act } from './store-process.ts';

const acts: Record<Act, (store: Store, rest: string[]) => Promise<void>> = {
  async increment(store, [account, times]) {
    for (let index = 0; index < Number(times); index += 1) {
      if (await increment(store, account as AccountId)) say('done');
    }
  },
  async everything(store, [account]) {
    const id = account as AccountId;
    const blob = await store.blobs.put(Buffer.from('sent by another process'));
    await store.transact(id, async (tx) => tx.create(mail(1)));
    await store.transact(id, async (tx) => tx.putDevice(newDevice(phone)));
    await store.transact(id, async (tx) => tx.putAccount({ ...(await tx.account()), passwordHash: 'theirs' }));
    const folder = { id: 'theirs' as CollectionId, parent: '0', name: 'Theirs', type: 12 } as const;
    await store.transact(id, async (tx) => tx.putCollection(folder));
    await store.transact(id, async (tx) =>
      tx.send({ from: 'a@example.org', recipients: [], mime: blob.id, queued: Date.now() + 3_600_000 }),
    );
  },
  async remove(store, [account]) {
    await store.directory.remove(account as AccountId);
  },
  /** In the middle of a transaction of the mongo engine, for ever. */
  async stuck(_store, [account]) {
    const mongo = await connectMongo(place);
    await startPresence(mongo, (error) => console.error(error));
    await inTransaction(mongo, async ({ session }) => {
      const _id = accountNumber(account as AccountId)!;
      await mongo.docs.accounts.updateOne({ _id }, { $inc: { commits: 1 } }, { session });
      say('open');
      await new Promise(() => undefined);
    });
  },
  /** Writes for ever, and says of each item what was acknowledged. */
  async storm(store, accounts) {
    const one = async (account: AccountId, worker: number) => {
      for (let turn = 0; ; turn += 1) {
        const blob = await putBlob(store, worker, turn);
        const made: ServerId = await store.transact(account, async (tx) => {
          const device = await tx.device(phone);
          if (device !== undefined && turn % 5 === 0) tx.putDevice({ ...device, lastSeen: turn });
          return tx.create(mail(turn, { blobs: [blob] }));
        });
        say(`${account} ${made} made`);
        const fate = turn % 4;
        if (fate === 0) continue;
        await store.transact(account, async (tx) => {
          const item = await tx.item(made);
          if (item === undefined || item.died !== undefined) throw new Error(`${made} is gone`);
          if (fate === 1) tx.put({ ...item, sortDate: turn + 1 }, ['read']);
          else if (fate === 2) tx.move(made, trash, {}, { moved: true });
          else tx.remove(made);
        });
        say(`${account} ${made} ${fate === 1 ? 'changed' : 'removed'}`);
      }
    };
    const workers = accounts.flatMap((account) => [1, 2, 3, 4].map((worker) => one(account as AccountId, worker)));
    await Promise.all(workers);
  },
};

async function putBlob(store: Store, worker: number, turn: number): Promise<BlobId> {
  const bytes = Buffer.alloc(turn % 6 === 0 ? 30_000 : 300, `${worker} ${turn} `);
  return (await store.blobs.put(bytes)).id;
}
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [place, act, ...rest] = process.argv.slice(2) as [string, Act, ...string[]];
const store = await openStore(isMongoUrl(place) ? { data: '', store: place } : { data: place });
await acts[act](store, rest);
await store[Symbol.asyncDispose]();
