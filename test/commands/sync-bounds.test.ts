// An answer has an end in bytes: what does not fit any more comes with the next Sync.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { email, read } from '../../protocol/index.ts';
import { mail, openHouse } from '../support/endpoint.ts';
import { ask, inbox, prime, syncOne } from '../support/sync-phone.ts';

describe('an answer of Sync', async () => {
  const house = await openHouse({ after });
  const long = 'A line of a long letter.\r\n'.repeat(50_000); // 1.3 MB

  test('ends near 8 MiB with MoreAvailable, and the rest follows', async () => {
    const phone = await house.phone();
    for (let n = 0; n < 10; n++) await phone.receive(mail({ subject: String(n), text: long }));
    const Options = [{ BodyPreference: [{ Type: 1 }] }];
    let SyncKey = await prime(phone, inbox, { Options });
    const sizes: number[] = [];
    const subjects: string[] = [];
    for (let more = true; more; ) {
      const response = await phone.send('Sync', {
        body: phone.encode('Sync', ask({ SyncKey, CollectionId: inbox!, WindowSize: 512 })),
      });
      sizes.push(response.body.reduce((sum, chunk) => sum + ('size' in chunk ? chunk.size : chunk.length), 0));
      const answer = await syncOne(phone, { SyncKey, CollectionId: inbox!, WindowSize: 512 });
      assert.ok(answer);
      for (const command of answer.Commands ?? []) {
        assert.ok('Add' in command);
        subjects.push(read(email, command.Add.ApplicationData, phone).value.Subject!);
      }
      more = answer.MoreAvailable;
      SyncKey = answer.SyncKey;
    }
    assert.ok(sizes.length >= 2 && sizes.every((size) => size < 10 * 1024 * 1024), String(sizes));
    assert.equal(new Set(subjects).size, 10);
  });

  test('ends when its time is over, also within a collection, with one change at least', async () => {
    const phone = await house.phone();
    for (let n = 0; n < 10; n++) await phone.receive(mail({ subject: String(n) }));
    let SyncKey = await prime(phone);
    const told: (number | undefined)[] = [];
    const { now } = house.clock;
    try {
      for (let more = true; more; ) {
        // Each look at the clock takes some seconds.
        let seconds = 0;
        house.clock.now = () => now() + 1000 * (seconds += 4);
        const answer = await syncOne(phone, { SyncKey, CollectionId: inbox!, WindowSize: 512 });
        assert.ok(answer);
        told.push(answer.Commands?.length);
        more = answer.MoreAvailable;
        SyncKey = answer.SyncKey;
      }
    } finally {
      house.clock.now = now;
    }
    assert.ok(told.length > 1 && told.every((count) => count! > 0), String(told));
    assert.equal(
      told.reduce((sum, count) => sum! + count!, 0),
      10,
    );
  });
});
