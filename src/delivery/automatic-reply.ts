// What an absent account answers: once a sender and absence, to people. Invariant: the answer goes into the outbox, and its
// sender on the list of those who were told, in the commit that delivers the mail, so that neither a crash nor a mail that
// comes twice makes a second one. It must never keep a mail from being delivered.
import { createHash, randomUUID } from 'node:crypto';
import { parseAddresses } from '../content/email/address.ts';
import { automaticReply, isForAPerson } from '../content/email/automatic-reply.ts';
import { type AbsenceReply, type Audience, isAway } from '../domain/absence.ts';
import { type Account, addressListOf, domainOf } from '../domain/account.ts';
import { folderTypes } from '../domain/collection.ts';
import type { AccountId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import { above, type Position } from '../domain/position.ts';
import type { Reader, Store, Transaction } from '../store/port.ts';
import type { EmailFacts } from './deliver.ts';

/** Senders who are remembered: beyond them the first are forgotten. */
const remembered = 500;

export interface Incoming {
  /** Its header, at least. */
  readonly head: Buffer;
  readonly index: NonNullable<EmailFacts['index']>;
  readonly from: string;
  readonly now: number;
  readonly joined?: readonly string[] | undefined;
}

/** What lists the answer; undefined: there is none to give. */
export async function prepareAnswer(
  store: Store,
  id: AccountId,
  { head, index, from, now, joined }: Incoming,
): Promise<((tx: Transaction) => Promise<void>) | undefined> {
  const found = await store.read(id, async (reader) => {
    const account = await reader.account();
    if (!mayAnswer(account, from, now) || !isForAPerson(head, from, addressesOf(account))) return undefined;
    const audience = await audienceOf(store, reader, addressListOf(account.address, joined), from);
    const reply = account.absence?.replies[audience];
    return reply?.enabled && reply.text.trim() !== '' ? { account, reply } : undefined;
  });
  if (!found) return undefined;
  const { id: blob } = await store.blobs.put(composed(found.account, found.reply, { index, from, now }));
  return async (tx) => {
    const account = await tx.account();
    if (!mayAnswer(account, from, now)) return;
    const absence = account.absence!;
    tx.send({ from: '', recipients: [from], mime: blob, queued: now });
    const answered = [...absence.answered, markOf(from)].slice(-remembered);
    tx.putAccount({ ...account, absence: { ...absence, answered } });
  };
}

function mayAnswer({ absence }: Account, from: string, now: number): boolean {
  return from !== '' && absence !== undefined && isAway(absence, now) && !absence.answered.includes(markOf(from));
}

function addressesOf({ address, aliases }: Account): string[] {
  return [address, ...aliases];
}

/** The list is read with the account: it is kept short. */
function markOf(sender: string): string {
  return createHash('sha256').update(sender.toLowerCase()).digest('base64url').slice(0, 12);
}

function composed(
  account: Account,
  { type, text }: AbsenceReply,
  { index, from, now }: Omit<Incoming, 'head'>,
): Buffer {
  return automaticReply({
    from: { name: account.displayName, address: account.address },
    to: from,
    original: index,
    body: { type: type === 'HTML' ? 2 : 1, data: text },
    messageId: `${randomUUID()}@${domainOf(account.address)}`,
    now,
  });
}

/** [MS-ASCMD] 2.2.3.123 OofMessage: the domains of the account's address list and the groups here; others by whether a contact has their address. */
async function audienceOf(store: Store, reader: Reader, domains: readonly string[], from: string): Promise<Audience> {
  if (domains.includes(domainOf(from)) || (await store.directory.findGroup(from))) return 'internal';
  return (await isContact(reader, from.toLowerCase())) ? 'known' : 'unknown';
}

const page = 500;

async function isContact(reader: Reader, address: string): Promise<boolean> {
  for (const { id, type } of await reader.collections()) {
    if (folderTypes[type].class !== 'Contacts') continue;
    let to: Position = above;
    for (let items: LivingItem[] = []; ; ) {
      items = await reader.range(id, { to, order: 'newest', limit: page });
      if (items.some((item) => hasAddress(item, address))) return true;
      if (items.length < page) break;
      to = { date: items.at(-1)!.sortDate, number: items.at(-1)!.number };
    }
  }
  return false;
}

function hasAddress({ class: itemClass, content, damaged }: LivingItem, address: string): boolean {
  if (itemClass !== 'Contacts' || damaged !== undefined) return false;
  const fields = content as Readonly<Record<string, unknown>>;
  return ['Email1Address', 'Email2Address', 'Email3Address'].some((name) => {
    const value = fields[name];
    return typeof value === 'string' && parseAddresses(value).some((one) => one.address.toLowerCase() === address);
  });
}
