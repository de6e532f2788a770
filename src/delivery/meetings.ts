// Messages about meetings at delivery: what they say goes into the calendar in the commit that delivers the mail, so that a
// mail that comes twice says it once. Invariant: whatever the text, the mail itself is delivered.
import {
  applyCancel,
  applyRequest,
  type EventChange,
  type Incoming,
  type Outcome,
} from '../content/calendar/attend.ts';
import { asEvent, asFields, eventItem } from '../content/calendar/codec.ts';
import { readItip } from '../content/calendar/itip.ts';
import { applyReply } from '../content/calendar/organize.ts';
import { uidWord } from '../content/calendar/uid.ts';
import { parseAddresses } from '../content/email/address.ts';
import { calendarText } from '../content/email/calendar-part.ts';
import type { ReadRange } from '../content/email/late.ts';
import { specialFolderId } from '../domain/collection.ts';
import type { EmailIndex, Meeting } from '../domain/email.ts';
import type { Event } from '../domain/event.ts';
import type { AccountId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import type { Log } from '../log.ts';
import type { Store, Transaction } from '../store/port.ts';
import type { Beside } from './deliver.ts';
import { findMeetings } from './find-meetings.ts';
import { storeFiles } from './meeting-files.ts';

const apply: Readonly<Record<Incoming['itip']['method'], (known: readonly Event[], incoming: Incoming) => Outcome>> = {
  REQUEST: applyRequest,
  CANCEL: applyCancel,
  REPLY: applyReply,
  COUNTER: applyReply,
};

/** Undefined: not about a meeting. What comes back lists the changes of the calendar. */
export async function prepareMeeting(
  { store, log }: { readonly store: Store; readonly log: Log },
  id: AccountId,
  { index, read, now }: { readonly index: EmailIndex; readonly read: ReadRange; readonly now: number },
): Promise<((tx: Transaction) => Promise<Beside>) | undefined> {
  const found = await calendarText(index, read);
  if (!found) return undefined;
  const account = await store.read(id, (reader) => reader.account());
  const own = [account.address, ...account.aliases];
  const itip = readItip(found.text, found.method, { zone: account.timeZone ?? 'UTC', now });
  if (!itip) {
    log.warn('a message about a meeting cannot be read', { account: id });
    return undefined;
  }
  const attachments = itip.method === 'REQUEST' ? await storeFiles(store, account, index, read) : [];
  const told =
    attachments.length === 0 ? itip : { ...itip, events: itip.events.map((one) => ({ ...one, attachments })) };
  const from = await addressesOf(store, index.from);
  const groups = await groupsOf(store, from);
  return async (tx) => {
    const items = await findMeetings(tx, itip.uid);
    const events = new Map(items.map((item) => [asEvent(item.content), item]));
    const outcome = attempt(log, id, () => apply[itip.method]([...events.keys()], { itip: told, from, own, groups }));
    for (const change of outcome.changes) write(tx, change, events, now);
    // Nothing else keeps two messages that come at once from making the meeting twice.
    if (outcome.changes.some(({ of }) => of === undefined)) tx.putAccount(await tx.account());
    const { meeting } = outcome;
    return { content: meeting ? { meeting: kept(meeting) } : {}, words: [uidWord(itip.uid)] };
  };
}

function attempt(log: Log, account: AccountId, work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    log.error('a message about a meeting cannot be applied', { account, error });
    return { changes: [] };
  }
}

/** A sender who has an account here may write by any of its addresses. */
async function addressesOf(store: Store, from: string): Promise<string[]> {
  const named = parseAddresses(Buffer.from(from, 'utf8').toString('latin1')).map(({ address }) => address);
  const accounts = await Promise.all(named.map((address) => store.directory.find(address)));
  return [...named, ...accounts.flatMap((account) => (account ? [account.address, ...account.aliases] : []))];
}

/** Directly, or as one of a group in a group. */
async function groupsOf(store: Store, from: readonly string[]): Promise<string[]> {
  const groups = await store.directory.groups();
  const found = new Set<string>();
  for (let members: readonly string[] = from; members.length > 0; ) {
    const names = members.map((member) => member.toLowerCase());
    const more = groups.filter(
      (group) => !found.has(group.address) && group.members.some((member) => names.includes(member.toLowerCase())),
    );
    members = more.map(({ address }) => address);
    for (const address of members) found.add(address);
  }
  return [...found];
}

function write(
  tx: Transaction,
  { of, to }: EventChange,
  events: ReadonlyMap<Event, LivingItem<'Calendar'>>,
  now: number,
): void {
  const item = of && events.get(of);
  if (item && !to) tx.remove(item.id);
  else if (item && to) tx.put({ ...item, ...eventItem(item.collection, asFields(to), now) }, ['message']);
  else if (to) tx.create(eventItem(specialFolderId(8), asFields(to), now));
}

/** Guests of a very large meeting are read again from its calendar when they are needed. */
const keptAttendees = 200;

function kept(meeting: Meeting): Meeting {
  const { exceptions: _, attendees = [], source: __, attachments: ___, ...event } = meeting.event;
  return { ...meeting, event: attendees.length > keptAttendees ? event : { ...event, attendees } };
}
