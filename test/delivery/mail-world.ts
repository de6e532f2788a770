import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { addUser } from '../../src/admin/accounts.ts';
import { type Addresses, createAddresses } from '../../src/admin/addresses.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { specialFolderId } from '../../src/domain/collection.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { isMail, type Mail } from '../../src/domain/item.ts';
import { createLog } from '../../src/log.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';

export interface MailWorld {
  readonly store: Store;
  readonly addresses: Addresses;
  readonly alice: AccountId;
  readonly bob: AccountId;
}
export const log = createLog({ level: 'silent' });

/** A real store with alice (alias al) and bob at example.test. */
export async function mailWorld(t: TestContext, clock: Clock = systemClock): Promise<MailWorld> {
  const data = mkdtempSync(join(tmpdir(), 'easel-mail-'));
  const store = await openStore({ data, log, clock: clock.now });
  const alice = await addUser(store, {
    address: 'alice@example.test',
    password: 'alices password',
    aliases: ['al@example.test'],
  });
  const bob = await addUser(store, { address: 'bob@example.test', password: 'bobs password' });
  const addresses = createAddresses(store, []);
  t.after(async () => {
    addresses[Symbol.dispose]();
    await store[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });
  return { store, addresses, alice, bob };
}

export async function inbox(store: Store, account: AccountId): Promise<Mail[]> {
  const range = { order: 'oldest', limit: 100 } as const;
  return (await store.read(account, (reader) => reader.range(specialFolderId(2), range))).filter(isMail);
}

export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let n = 0; n < 1000; n++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}

/** A mail client: resolves with what the server said, rejects with its refusal. */
export async function send(
  port: number,
  from: string,
  to: string[],
  raw: string | Buffer,
): Promise<{ rejected: string[] }> {
  const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } });
  try {
    return await transport.sendMail({ envelope: { from, to }, raw });
  } finally {
    transport.close();
  }
}

export interface Relay {
  readonly port: number;
  readonly got: { from: string; to: string[]; mime: Buffer }[];
}
/** Another server: `answer` says what it thinks of a recipient or of a message, undefined being fine. */
export async function relay(
  t: TestContext,
  answer: (what: string) => { code: number; text: string } | undefined,
): Promise<Relay> {
  const got: Relay['got'] = [];
  const refusal = (what: string): Error | null => {
    const said = answer(what);
    return said ? Object.assign(new Error(said.text), { responseCode: said.code }) : null;
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, done) => done(refusal(address)),
    onData: async (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const error = refusal('DATA');
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
      if (!error) got.push({ from, to: envelope.rcptTo.map(({ address }) => address), mime: Buffer.concat(chunks) });
      done(error);
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  t.after(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { port: (listener.address() as { port: number }).port, got };
}
