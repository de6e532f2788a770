import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import type { AccountId, DeviceId } from '../../src/domain/ids.ts';
import { Waiters, type WaitRequest } from '../../src/push/waiters.ts';
import { withStore } from '../support/temp-store.ts';

const year = 365 * 86_400_000;

test('a wait lasts as long as was said, also when the date is put back or far ahead meanwhile', async () => {
  await withStore(async (store) => {
    let date = Date.now();
    let elapsed = 0;
    const clock = { ...systemClock, now: () => date, elapsed: () => elapsed };
    const failures: unknown[] = [];
    const onError = (error: unknown) => void failures.push(error);
    await using waiters = new Waiters({ clock, store, node: 'a', quietDelay: 0, onError });
    const ended: string[] = [];
    let told = 0;
    const end = store.feed.on(() => void told++);
    const names = ['first', 'second', 'third'];
    const accounts = new Map<string, AccountId>();
    for (const name of names) {
      accounts.set(
        name,
        await store.directory.create({ address: `${name}@example.org`, aliases: [], displayName: '' }),
      );
    }
    while (told < names.length) await nextTurn(); // what the store tells of them would end the waits
    end();
    const wait = async (name: string): Promise<void> => {
      ended.push(`${name} ${await waiters.wait(requestOf(accounts.get(name)!))}`);
    };
    const first = wait('first');
    date -= year;
    const second = wait('second');
    date += 10 * year;
    const third = wait('third');
    elapsed = 60_000;
    await Promise.all([first, second, third]);
    assert.deepEqual(ended.sort(), ['first elapsed', 'second elapsed', 'third elapsed']);
    assert.deepEqual(failures, []);
  });
});

/** Of a device that tries an account: it has no record that could be another's. */
function requestOf(account: AccountId): WaitRequest {
  return {
    account,
    deviceId: '0' as DeviceId,
    standing: '',
    collections: [],
    milliseconds: 60_000,
    closed: new AbortController().signal,
    question: async () => 'nothing',
  };
}
