// Where a scenario plays: a server, two accounts, a mailbox. Our own server by default; any other one when
// EASEL_PHONE_URL (with EASEL_PHONE_ALICE and EASEL_PHONE_BOB as ADDRESS:PASSWORD, EASEL_PHONE_SMTP as HOST:PORT) names it.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { makeMailbox } from '../../scripts/make-mailbox.ts';
import { Phone } from '../support/phone.ts';
import { ServerProcess } from '../support/server.ts';

export interface Account {
  readonly address: string;
  readonly password: string;
}
export interface World {
  readonly url: string;
  readonly smtp: { readonly host: string; readonly port: number };
  readonly alice: Account;
  readonly bob: Account;
  /** Absent: someone else's server, which cannot be killed. */
  readonly server?: ServerProcess;
  /** Hashes of the messages in alice's Inbox, when they are known. */
  readonly mailbox?: ReadonlySet<string>;
}

export const elsewhere = process.env.EASEL_PHONE_URL;

/** Ready when it resolves; stopped, audited and removed after the test. */
export async function makeWorld(
  t: TestContext,
  mails: number,
  environment: Record<string, string> = {},
): Promise<World> {
  if (elsewhere) return worldElsewhere(elsewhere);
  const server = await ServerProcess.start({ EASEL_DOMAIN: 'example.test', ...environment });
  t.after(() => server.stop());
  const alice = { address: 'alice@example.test', password: 'correct horse' };
  const bob = { address: 'bob@example.test', password: 'battery staple' };
  for (const { address, password } of [alice, bob]) await server.addUser(address, password);
  const mailbox = mails === 0 ? new Set<string>() : await fill(server, alice, mails);
  return { url: server.url, smtp: server.smtp, alice, bob, server, mailbox };
}

async function fill(server: ServerProcess, { address }: Account, mails: number): Promise<Set<string>> {
  const folder = mailboxOf(mails);
  const done = await server.importMail(address, folder);
  if (done !== mails) throw new Error(`${done} of ${mails} mails were imported`);
  return new Set(readdirSync(folder).map((name) => hash(readFileSync(join(folder, name)))));
}

const mailboxes = new Map<number, string>();
process.once('exit', () => {
  for (const folder of mailboxes.values()) rmSync(folder, { recursive: true, force: true });
});

/** A folder with so many varied mails of the last 60 days, made once. */
function mailboxOf(mails: number): string {
  const known = mailboxes.get(mails);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'easel-mailbox-'));
  mailboxes.set(mails, folder);
  makeMailbox(folder, mails, mails, Date.now());
  return folder;
}

export function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function worldElsewhere(url: string): World {
  const account = (name: string): Account => {
    const [address = '', ...rest] = (process.env[name] ?? '').split(':');
    return { address, password: rest.join(':') };
  };
  const [host = '127.0.0.1', port = '25'] = (process.env.EASEL_PHONE_SMTP ?? '').split(':');
  return {
    url,
    smtp: { host, port: Number(port) },
    alice: account('EASEL_PHONE_ALICE'),
    bob: account('EASEL_PHONE_BOB'),
  };
}

export interface PhoneKind {
  readonly version: Version;
  readonly deviceId: string;
  readonly query?: 'plain' | 'base64';
  readonly deviceType?: string;
  readonly patience?: number;
}
export function phoneOf(world: World, account: Account, kind: PhoneKind): Phone {
  return new Phone({ url: world.url, user: account.address, password: account.password, ...kind });
}

/** Fails when it takes longer than a person would wait. */
export async function soon<T>(promise: Promise<T>, what: string, milliseconds = 20_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
