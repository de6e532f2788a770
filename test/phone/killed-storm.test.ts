// kill -9 of the server in a storm of writes: mail over SMTP, drafts and read flags from phones. What was acknowledged is there
// afterwards, what phones did is there once, and the store contradicts itself at no moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { audit } from '../../src/store/sqlite/audit.ts';
import type { Phone } from '../support/phone.ts';
import { plainMessage } from './letter.ts';
import { drafts, inbox, listOptions } from './walker.ts';
import { elsewhere, makeWorld, phoneOf, type World } from './world.ts';

const skip = elsewhere ? 'only our own server can be killed' : false;
const kills = process.env.EASEL_LONG === undefined ? 5 : 100;
const mailLanes = 4;
const outside = 'storm@outside.example';

class Storm {
  over = false;
  /** Subjects whose delivery was acknowledged. */
  readonly delivered = new Set<string>();
  /** Subjects of drafts whose Add was acknowledged. */
  readonly drafted = new Set<string>();
  /** By item: what its phone was last told to be stored. */
  readonly read = new Map<string, boolean>();
  readonly #world: World;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async mail(): Promise<void> {
    while (!this.over) {
      const subject = `Mail ${this.#count++}`;
      const { host, port } = this.#world.smtp;
      const transport = createTransport({
        host,
        port,
        ignoreTLS: true,
        connectionTimeout: 2000,
        socketTimeout: 20_000,
      });
      try {
        const { address } = this.#world.alice;
        const raw = plainMessage(outside, address, subject, 'x'.repeat(this.#count % 5 === 0 ? 40_000 : 400));
        await transport.sendMail({ envelope: { from: outside, to: address }, raw });
        this.delivered.add(subject);
      } catch {
        await pause(20); // it was killed: not acknowledged
      } finally {
        transport.close();
      }
    }
  }

  /** A phone that repeats what it was not answered, as phones do. */
  async phone(phone: Phone): Promise<void> {
    for (let n = 0; !this.over; n++) {
      const subject = `Draft ${phone.deviceId} ${n}`;
      await phone.draftAdd(drafts, { Subject: subject, To: 'someone@outside.example' });
      this.drafted.add(subject);
      const [item] = phone.items(inbox).keys();
      if (item !== undefined) {
        await phone.sync(inbox, { window: 50, commands: [{ change: item, to: { Read: n % 2 === 0 } }] });
        this.read.set(item, n % 2 === 0);
      }
    }
  }
}

test(`${kills} times, the server is killed in a storm of writes, and nothing that it acknowledged is missing`, {
  skip,
  timeout: 1_500_000,
}, async (t) => {
  const world = await makeWorld(t, 5);
  const server = world.server!;
  const phones = ['ONE', 'TWO'].map((deviceId) =>
    phoneOf(world, world.alice, { version: '16.1', deviceId, patience: 30_000 }),
  );
  t.after(() => phones.forEach((phone) => void phone.hangUp()));
  for (const phone of phones) {
    await phone.setUp();
    for (const folder of [inbox, drafts]) await phone.syncAll(folder, { options: listOptions });
  }
  const storm = new Storm(world);
  // The second phone only writes drafts: whose flag it is last would not be known.
  const [first, second] = phones as [Phone, Phone];
  const lanes = [...Array.from({ length: mailLanes }, () => storm.mail()), storm.phone(first)];
  const writing = Promise.all(lanes);
  writing.catch(() => undefined);
  for (let kill = 0; kill < kills; kill++) {
    const goal = storm.delivered.size + 4;
    while (storm.delivered.size < goal) await Promise.race([pause(5), writing]);
    await pause((kill * 7) % 50);
    await server.kill9();
    assert.deepEqual(await audit(server.data), [], `after kill ${kill + 1}`);
    await server.restart();
  }
  storm.over = true;
  await writing;

  await first.syncAll(inbox);
  await first.syncAll(drafts);
  await second.syncAll(inbox);
  await second.syncAll(drafts);
  for (const phone of phones) {
    const mails = [...phone.items(inbox).values()].map(({ Subject = '' }) => Subject);
    const missing = [...storm.delivered].filter((subject) => !mails.includes(subject));
    assert.deepEqual(missing, [], 'every acknowledged mail');
    const kept = [...phone.items(drafts).values()].map(({ Subject = '' }) => Subject).sort();
    assert.deepEqual(kept, [...storm.drafted].sort(), 'every draft, once');
    for (const [item, read] of storm.read) assert.equal(phone.items(inbox).get(item)?.Read, read, item);
  }
  t.diagnostic(`${storm.delivered.size} mails, ${storm.drafted.size} drafts, ${storm.read.size} flags`);
});
