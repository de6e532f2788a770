// Events between two phones of one account, at 14.1 and 16.1.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { formatTimeZone, type ReadCalendar, timeZoneOf } from '../../protocol/index.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { openHouse } from '../support/endpoint.ts';
import { calendar } from '../support/sync-phone.ts';

const Timezone = formatTimeZone(timeZoneOf('Europe/Berlin', 2026));
const meeting = { Timezone, StartTime: '20261201T080000Z', EndTime: '20261201T090000Z', Subject: 'Plan' };
const daily = { ...meeting, Recurrence: { Type: 0, Interval: 1, Occurrences: 5 } };

describe('Sync of a calendar', async () => {
  const house = await openHouse({ after });

  async function pair() {
    const phone = await house.phone({ version: '16.1' });
    const old = phone.another('14.1');
    const open = (one: typeof phone) => FolderCopy.open<ReadCalendar>(one, calendar!, 'Calendar');
    return { phone, newest: await open(phone), old: await open(old) };
  }

  test('an event that one phone adds, changes and deletes is added, changed and deleted on the other', async () => {
    const { newest, old } = await pair();
    const { status, id, data } = await newest.add({ ...meeting, Reminder: 15, Location: { DisplayName: 'Here' } });
    assert.equal(status, 1);
    const { UID } = newest.shown(data!);
    await old.sync();
    const seen = old.items.get(id)!;
    assert.deepEqual(
      [seen.Subject, seen.StartTime, seen.Reminder, seen.LocationText, seen.UID],
      ['Plan', meeting.StartTime, 15, 'Here', UID],
    );
    assert.equal(await old.change(id, { ...meeting, UID, Subject: 'Plan B' }), 1);
    await newest.sync();
    assert.deepEqual([newest.items.get(id)!.Subject, newest.items.get(id)!.Location], ['Plan B', undefined]);
    assert.equal(await newest.remove(id), 1);
    await old.sync();
    assert.equal(old.items.size, 0);
  });

  test('what a phone wrote itself does not come back to it', async () => {
    const { newest } = await pair();
    const { id } = await newest.add(meeting);
    assert.equal(await newest.sync(), undefined);
    await newest.change(id, { Subject: 'Other' });
    assert.equal(await newest.sync(), undefined);
  });

  test('several occurrences are changed and deleted in one request, each by itself', async () => {
    const { newest, old } = await pair();
    const { id } = await newest.add(daily);
    const at = (day: number) => `202612${String(day).padStart(2, '0')}T080000Z`;
    const answer = await newest.sync([
      { Change: { ServerId: id, InstanceId: at(2), ApplicationData: newest.data({ Subject: 'Second' }) } },
      { Change: { ServerId: id, InstanceId: at(9), ApplicationData: newest.data({ Subject: 'None' }) } },
      { Delete: { ServerId: id, InstanceId: at(3) } },
      { Delete: { ServerId: id, InstanceId: at(9) } },
    ]);
    assert.deepEqual(answer?.Responses, [
      { Change: { ServerId: id, InstanceId: at(9), Status: 6 } },
      { Delete: { ServerId: id, InstanceId: at(9), Status: 6 } },
    ]);
    await old.sync();
    const exceptions = old.items.get(id)!.Exceptions!.Exception!;
    assert.deepEqual(
      exceptions.map(({ ExceptionStartTime, Deleted, Subject }) => [ExceptionStartTime, Deleted, Subject]),
      [
        [at(2), undefined, 'Second'],
        [at(3), 1, undefined],
      ],
    );
  });

  test('two phones that have not heard of each other change one series: occurrences are objects of their own (MS-ASCMD_R6238)', async () => {
    const at = (day: number) => `202612${String(day).padStart(2, '0')}T080000Z`;
    const { phone, newest, old } = await pair();
    const other = await FolderCopy.open<ReadCalendar>(phone.another('16.1', `${phone.device}y`), calendar!, 'Calendar');
    const { id } = await newest.add(daily);
    await other.sync();
    assert.equal(await newest.change(id, { Subject: 'Second' }, at(2)), 1);
    assert.equal(await other.change(id, { Subject: 'Third' }, at(3)), 1);
    const subjects = async (copy: typeof old) => {
      await copy.sync();
      const { Subject, Exceptions } = copy.items.get(id)!;
      return [Subject, ...(Exceptions?.Exception ?? []).map((one) => one.Subject ?? (one.Deleted === 1 ? 'gone' : ''))];
    };
    for (const copy of [newest, other, old]) assert.deepEqual(await subjects(copy), ['Plan', 'Second', 'Third']);

    assert.equal(await newest.change(id, { Subject: 'Mine' }, at(2)), 1);
    assert.equal(await other.change(id, { Subject: 'No, mine' }, at(2)), 7, 'the same occurrence');
    for (const copy of [other, old]) assert.deepEqual(await subjects(copy), ['Plan', 'Mine', 'Third']);

    assert.equal(await newest.change(id, { Subject: 'Fourth' }, at(4)), 1);
    assert.equal(await other.remove(id, at(4)), 1, 'a Delete takes precedence (MS-ASCMD_R2076)');
    assert.deepEqual(await subjects(old), ['Plan', 'Mine', 'Third', 'gone']);
    await other.sync();

    await newest.remove(id, at(5));
    assert.equal(await other.change(id, { Subject: 'Fifth' }, at(5)), 7, 'over a Delete');
    await other.sync();

    assert.equal(await newest.change(id, { Subject: 'Other plan' }), 1);
    assert.equal(await other.change(id, { Subject: 'Third again' }, at(3)), 7, 'the series is told of each of them');
    await other.sync();
    assert.equal(await newest.change(id, { Subject: 'First' }, at(1)), 1);
    assert.equal(await other.change(id, { Subject: 'Whole' }), 7, 'and it has them all');
  });

  test('an event that cannot be is Status 6, and nothing is stored', async () => {
    const { newest, old } = await pair();
    assert.equal((await newest.add({ ...meeting, EndTime: '20261130T090000Z' })).status, 6);
    assert.equal((await old.add({ ...daily, Recurrence: { Type: 1, Interval: 1 } })).status, 6);
    await old.sync();
    assert.equal(old.items.size, 0);
  });

  test('a filter shows what has not ended before it, and series that still go on', async () => {
    const phone = await house.phone({ version: '14.1' });
    const all = await FolderCopy.open<ReadCalendar>(phone, calendar!, 'Calendar');
    const past = { Timezone, StartTime: '20200101T080000Z', EndTime: '20200101T090000Z', Subject: 'Past' };
    await all.add(past);
    await all.add({ ...past, Subject: 'Ended', Recurrence: { Type: 0, Interval: 1, Occurrences: 3 } });
    await all.add({ ...past, Subject: 'Goes on', Recurrence: { Type: 1, Interval: 1, DayOfWeek: 8 } });
    await all.add({ ...meeting, StartTime: '20991201T080000Z', EndTime: '20991201T090000Z', Subject: 'Future' });
    const filtered = await FolderCopy.open<ReadCalendar>(phone.another('14.1'), calendar!, 'Calendar', {
      Options: [{ FilterType: 4 }],
    });
    assert.deepEqual([...filtered.items.values()].map(({ Subject }) => Subject).sort(), ['Future', 'Goes on']);
  });
});
