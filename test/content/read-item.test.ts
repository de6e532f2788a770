// What of ApplicationData is refused whatever its class ([MS-ASAIRS] 3.2.5.1 Validating XML).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contact, note, pages, task } from '../../protocol/index.ts';
import { element } from '../../protocol/wbxml/element.ts';
import { readItem } from '../../src/content/read-item.ts';
import { isEasError } from '../../src/domain/errors.ts';

const { Body, Type, EstimatedDataSize, Truncated, Data } = pages.airSyncBase;
type Tag = Parameters<typeof element>[0];
const bodyOf = (...tags: [Tag, string][]) =>
  element(pages.airSync.ApplicationData, [
    element(
      Body,
      tags.map(([tag, text]) => element(tag, text)),
    ),
  ]);

const bodies: [string, ReturnType<typeof bodyOf>, boolean][] = [
  ['with all it may have', bodyOf([Type, '1'], [EstimatedDataSize, '1'], [Truncated, '0'], [Data, 'x']), true],
  ['with its type alone', bodyOf([Type, '1']), true],
  ['MS-ASAIRS_R10037: with two types', bodyOf([Type, '1'], [Type, '2'], [Data, 'x']), false],
  ['MS-ASAIRS_R10037: with two texts', bodyOf([Type, '1'], [Data, 'x'], [Data, 'y']), false],
  ['MS-ASAIRS_R10038: with the text before the type', bodyOf([Data, 'x'], [Type, '1']), false],
  ['MS-ASAIRS_R10014: with a type that is no number', bodyOf([Type, 'HTML'], [Data, 'x']), false],
  ['MS-ASAIRS_R10014: without a type', bodyOf([Data, 'x']), false],
];
for (const [name, data, isGood] of bodies) {
  test(`a Body ${name} is ${isGood ? 'read' : 'refused'}`, () => {
    for (const schema of [contact, task, note]) {
      const act = () => readItem(schema, data, '16.1');
      if (isGood) assert.ok(act().Body);
      else assert.throws(act, (error) => isEasError(error, 'item-invalid'));
    }
  });
}
