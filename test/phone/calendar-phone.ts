// A phone with a calendar: what it shows, and what it does about meetings in the manner of its version. Up to 14.1 it writes
// the mails itself, from 16.0 on its server does.
import assert from 'node:assert/strict';
import {
  calendar as calendarData,
  meetingResponse,
  type ReadCalendar,
  type ReadOf,
  read,
  sync,
  type WrittenCalendar,
  write,
} from '../../protocol/index.ts';
import { composeMeetingMail, type MeetingMail } from '../../src/content/calendar/meeting-mail.ts';
import type { Phone } from '../support/phone.ts';
import { calendar, inbox } from './walker.ts';
import { type Account, type PhoneKind, phoneOf, type World } from './world.ts';

interface Result {
  readonly Status: number;
  readonly ServerId?: string;
}
type Answer = NonNullable<NonNullable<ReadOf<typeof sync.response>['Collections']>['Collection']>[number];
type Command = NonNullable<Answer['Commands']>[number];

export class CalendarPhone {
  readonly phone: Phone;
  /** The account's other phone, of the same version: what it shows is what the server holds. */
  readonly #twin: Phone;
  readonly address: string;
  /** As the twin shows them. */
  readonly events = new Map<string, ReadCalendar>();
  /** Mails that its Inbox ever brought. */
  readonly mails: string[] = [];
  readonly #keys = new Map<Phone, string>();
  #serial = 0;

  constructor(world: World, account: Account, kind: PhoneKind) {
    this.phone = phoneOf(world, account, kind);
    this.#twin = phoneOf(world, account, { ...kind, deviceId: `${kind.deviceId}TWIN` });
    this.address = account.address;
  }
  get writesMails(): boolean {
    return Number(this.phone.version) < 16;
  }
  async setUp(): Promise<void> {
    for (const phone of [this.phone, this.#twin]) {
      await phone.setUp();
      await this.#syncOnce(phone);
    }
    await this.phone.syncAll(inbox);
  }
  hangUp(): void {
    for (const phone of [this.phone, this.#twin]) phone.hangUp();
  }

  /** The calendar, and all that is new in the Inbox. */
  async sync(commands: readonly object[] = []): Promise<readonly Result[]> {
    this.mails.push(...(await this.phone.syncAll(inbox)).added);
    const results = await this.#syncOnce(this.phone, commands);
    await this.#syncOnce(this.#twin);
    return results;
  }
  async #syncOnce(phone: Phone, commands: readonly object[] = []): Promise<readonly Result[]> {
    const collection = {
      SyncKey: this.#keys.get(phone) ?? '0',
      CollectionId: calendar,
      ...(commands.length > 0 && { Commands: commands }),
    };
    const answer = await phone.call('Sync', sync, { Collections: { Collection: [collection as never] } });
    const [got] = answer?.Collections?.Collection ?? [];
    if (!got) return [];
    assert.equal(got.Status, 1);
    this.#keys.set(phone, got.SyncKey);
    if (phone === this.#twin) for (const one of got.Commands ?? []) this.#take(one);
    return (got.Responses ?? []).map((one) => Object.values(one)[0] as Result);
  }
  #take(one: Command): void {
    if ('Add' in one) this.events.set(one.Add.ServerId, this.#shown(one.Add.ApplicationData));
    else if ('Change' in one) this.events.set(one.Change.ServerId, this.#shown(one.Change.ApplicationData));
    else if ('Delete' in one) this.events.delete(one.Delete.ServerId);
  }
  #shown(data: Parameters<typeof read>[1]): ReadCalendar {
    const { value, unknown } = read(calendarData, data, { version: this.phone.version });
    assert.deepEqual(unknown, []);
    return value;
  }
  #data(value: WrittenCalendar) {
    return write(calendarData, value, { version: this.phone.version });
  }

  async add(value: WrittenCalendar): Promise<string> {
    const [result] = await this.sync([{ Add: { ClientId: `${++this.#serial}`, ApplicationData: this.#data(value) } }]);
    assert.equal(result?.Status, 1);
    return result.ServerId!;
  }
  async change(ServerId: string, value: WrittenCalendar, InstanceId?: string): Promise<void> {
    const named = InstanceId === undefined ? { ServerId } : { ServerId, InstanceId };
    assert.deepEqual(await this.sync([{ Change: { ...named, ApplicationData: this.#data(value) } }]), []);
  }
  async remove(ServerId: string): Promise<void> {
    assert.deepEqual(await this.sync([{ Delete: { ServerId } }]), []);
  }

  /** The one event that it shows. */
  get only(): [string, ReadCalendar] {
    const [event, ...others] = [...this.events];
    assert.ok(event);
    assert.deepEqual(others, []);
    return event;
  }

  /** Answers an event, or a mail; the organizer is told. */
  async respond(UserResponse: 1 | 2 | 3, item: { folder: string; id: string; instance?: string }, reply: MeetingMail) {
    const answer = await this.phone.call('MeetingResponse', meetingResponse, {
      Request: [
        {
          UserResponse,
          CollectionId: item.folder,
          RequestId: item.id,
          InstanceId: item.instance,
          SendResponse: this.writesMails ? undefined : {},
        },
      ],
    });
    assert.equal(answer?.Result?.[0]?.Status, 1);
    if (this.writesMails) await this.mail(reply);
  }
  /** As a phone up to 14.1 tells of a meeting. */
  async mail(mail: MeetingMail): Promise<void> {
    const now = Date.now();
    const from = { email: this.address, name: this.address };
    const mime = composeMeetingMail(mail, { from, messageId: `${now}.${++this.#serial}@phone.example`, now });
    assert.equal(await this.phone.sendMail(mime), 1);
  }
}
