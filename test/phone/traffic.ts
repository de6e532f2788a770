// Everyday traffic of two phones in rounds, and what must be true of all of it at the end: every letter arrived once and
// lies once in Sent, every move and draft happened once, and a new phone is given what the old one shows.
import assert from 'node:assert/strict';
import type { Phone } from '../support/phone.ts';
import { plainMessage } from './letter.ts';
import { assertSame } from './same.ts';
import { assertSent, drafts, inbox, listOptions, sent, trash } from './walker.ts';
import { phoneOf, soon, type World } from './world.ts';

export class Traffic {
  readonly #world: World;
  readonly #alice: Phone;
  readonly #bob: Phone;
  readonly #subjects: string[] = [];
  readonly #drafts: string[] = [];

  constructor(world: World, alice: Phone, bob: Phone) {
    this.#world = world;
    this.#alice = alice;
    this.#bob = bob;
  }

  /** Both phones from nothing. */
  async setUp(): Promise<void> {
    for (const phone of [this.#alice, this.#bob]) {
      await phone.setUp();
      for (const folder of [inbox, drafts, trash, sent]) await phone.syncAll(folder, { options: listOptions });
    }
  }

  async round(): Promise<void> {
    const n = this.#subjects.length;
    await this.#send(`Round ${n}`);
    const [first, second, third] = this.#alice.items(inbox).keys();
    if (first) await this.#alice.sync(inbox, { commands: [{ change: first, to: { Read: n % 2 === 0 } }] });
    if (second) await this.#move(second);
    if (third && n % 3 === 0) await this.#alice.sync(inbox, { deletesAsMoves: true, commands: [{ delete: third }] });
    if (this.#alice.version === '16.1') await this.#draft(`Draft ${n}`);
    for (const folder of [inbox, trash, sent]) await this.#alice.syncAll(folder);
    await this.#bob.syncAll(inbox);
  }

  async #send(subject: string): Promise<void> {
    const { alice, bob } = this.#world;
    this.#subjects.push(subject);
    assertSent(this.#alice, await this.#alice.sendMail(plainMessage(alice.address, bob.address, subject, 'Once.')));
  }

  async #move(id: string): Promise<void> {
    const moved = (await this.#alice.moveItems([id], inbox, trash)).get(id);
    assert.equal(typeof moved, 'string', `MoveItems: Status ${moved}`);
    const back = (await this.#alice.moveItems([String(moved)], trash, inbox)).get(String(moved));
    assert.equal(typeof back, 'string', `MoveItems back: Status ${back}`);
  }

  async #draft(subject: string): Promise<void> {
    this.#drafts.push(subject);
    const Body = { Type: 1, Data: 'Not yet' };
    const id = await this.#alice.draftAdd(drafts, { Subject: subject, To: this.#world.bob.address, Body });
    await this.#alice.draftChange(drafts, id, { Body: { Type: 1, Data: 'Nearly' } });
  }

  /** Waits until the outbox is empty, then compares everything. `mails`: how many the mailbox had at the start. */
  async check(mails: number): Promise<void> {
    await soon(this.#arrival(), 'the last letter');
    for (const [phone, folder] of [
      [this.#bob, inbox],
      [this.#alice, sent],
    ] as const) {
      await phone.syncAll(folder);
      const there = [...phone.items(folder).values()].flatMap(({ Subject = '' }) =>
        /^Round /.test(Subject) ? [Subject] : [],
      );
      assert.deepEqual(there.sort(), [...this.#subjects].sort(), `letters in folder ${folder} of ${phone.user}`);
    }
    const fresh = phoneOf(this.#world, this.#world.alice, {
      version: this.#alice.version,
      deviceId: `FRESH${Date.now()}`,
    });
    await fresh.setUp();
    for (const folder of [inbox, drafts, trash, sent]) {
      await fresh.syncAll(folder, { window: 512, options: listOptions });
      await this.#alice.syncAll(folder);
      assertSame(this.#alice, fresh, folder);
    }
    const subjects = [...fresh.items(drafts).values()].map(({ Subject }) => Subject);
    assert.deepEqual(subjects.sort(), [...this.#drafts].sort());
    assert.equal(fresh.items(inbox).size + fresh.items(trash).size, mails, 'no mail was lost or doubled');
    fresh.hangUp();
  }

  async #arrival(): Promise<void> {
    for (;;) {
      await this.#bob.syncAll(inbox);
      const there = new Set([...this.#bob.items(inbox).values()].map(({ Subject }) => Subject));
      if (this.#subjects.every((subject) => there.has(subject))) return;
      const ping = this.#bob.ping(600, [inbox]);
      await ping.answer;
    }
  }
}
