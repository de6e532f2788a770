// Every example of MS-ASCMD is played in the world that it presumes, or stands here with the reason why not.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openHouse } from '../support/endpoint.ts';
import { examples, played, skip } from './example.ts';
import { folderExamples } from './examples-folders.ts';
import { mailExamples } from './examples-mail.ts';
import { peopleExamples } from './examples-people.ts';

/** Examples that are not played here. */
const elsewhere: Readonly<Record<string, string>> = {
  '005': 'no whole request: its Options are dots',
  '006': 'the answer of 005, an outline',
  '009': 'it has no answer; Partial: test/commands/sync-requests',
  '084': 'document libraries are not served: Status 14 in test/commands/search',
  '085': 'the answer of 084',
  '086': 'document libraries are not served: test/commands/item-operations',
  '087': 'the answer of 086',
};

describe('examples of MS-ASCMD', { skip }, async () => {
  if (skip) return;
  const house = await openHouse({ after });
  describe('people and calendars', () => peopleExamples(house));
  describe('mail', () => mailExamples(house));
  describe('folders and settings', () => folderExamples(house));
  test('every example is played, or is listed', () => {
    const missing = examples().filter((number) => !played.has(number));
    assert.deepEqual(missing, Object.keys(elsewhere));
  });
});
