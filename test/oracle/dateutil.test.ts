// Series as python3-dateutil expands them, in the zones of the system's own tzdata: what the server keeps of an event that a phone
// wrote has the same occurrences. One process for all cases of a run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { calendar, write } from '../../protocol/index.ts';
import { asEvent, calendarCodec } from '../../src/content/calendar/codec.ts';
import type { Recurrence } from '../../src/domain/event.ts';
import { type Case, cases, most, now, written } from '../support/event-cases.ts';
import { keptAs } from '../support/event-shown.ts';

const script = join(process.cwd(), 'test', 'oracle', 'expand.py');
const isAbsent = spawnSync('python3', ['-c', 'import dateutil, zoneinfo'], { stdio: 'ignore' }).status !== 0;
const skip = isAbsent && 'python3-dateutil not installed (scripts/oracles.mjs could not)';
const step = process.env.EASEL_LONG === '1' ? 1 : 5;

const names = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const iso = (wall: number) => new Date(wall).toISOString().slice(0, 19);

/** The days up to this one, of which the last that the month has counts. */
function monthDay(day: number): string {
  if (day <= 28) return `BYMONTHDAY=${day}`;
  const days = Array.from({ length: day - 27 }, (_, index) => 28 + index);
  return `BYMONTHDAY=${days.join(',')};BYSETPOS=-1`;
}

function ruleOf(about: Recurrence): string {
  const { type, interval, dayOfMonth = 1, monthOfYear = 1, weekOfMonth = 1, dayOfWeek = 0, firstDayOfWeek = 0 } = about;
  const days = `BYDAY=${names.filter((_, index) => dayOfWeek & (1 << index)).join(',')}`;
  const nth = `${days};BYSETPOS=${weekOfMonth === 5 ? -1 : weekOfMonth}`;
  const patterns: Record<Recurrence['type'], string> = {
    0: dayOfWeek ? `WEEKLY;${days}` : 'DAILY',
    1: `WEEKLY;${days}`,
    2: `MONTHLY;${monthDay(dayOfMonth)}`,
    3: `MONTHLY;${nth}`,
    5: `YEARLY;BYMONTH=${monthOfYear};${monthDay(dayOfMonth)}`,
    6: `YEARLY;BYMONTH=${monthOfYear};${nth}`,
  };
  const until = about.until === undefined ? '' : `;UNTIL=${iso(about.until).replace(/[-:]/g, '')}`;
  const count = about.occurrences === undefined ? '' : `;COUNT=${about.occurrences}`;
  return `FREQ=${patterns[type]};INTERVAL=${interval};WKST=${names[firstDayOfWeek]}${count}${until}`;
}

function asked({ zone, allDay, start, recurrence, deleted, moved }: Case) {
  return {
    zone: allDay ? null : zone,
    start: iso(start),
    rule: ruleOf(recurrence!),
    most,
    out: [...deleted, ...moved.map(({ original }) => original)].map(iso),
    in: moved.map((one) => iso(one.start)),
  };
}

function kept(about: Case): number[] {
  const { zone: timeZone } = about;
  const account = { address: 'ann@example.test', displayName: 'Ann', timeZone, firstDayOfWeek: 1 as const };
  const data = write(calendar, written('16.1', about), { version: '16.1' });
  const { fields } = calendarCodec.create(data, { version: '16.1', now, account });
  return keptAs(asEvent(fields)).map(({ start }) => start);
}

test('series have the occurrences that dateutil finds', { skip }, (t) => {
  const series = [...cases()].filter(({ about }, index) => about.recurrence && index % step === 0);
  const input = JSON.stringify(series.map(({ about }) => asked(about)));
  const { status, stdout, stderr } = spawnSync('python3', [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  const found = JSON.parse(stdout) as number[][];
  const wrong = series.flatMap(({ name, about }, index) => {
    const ours = kept(about);
    return JSON.stringify(ours) === JSON.stringify(found[index]) ? [] : [`${name}\n${ours}\n${found[index]}`];
  });
  t.diagnostic(`${series.length} series`);
  assert.equal(wrong.length, 0, `${wrong.length} differ\n${wrong.slice(0, 3).join('\n')}`);
});
