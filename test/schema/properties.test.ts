import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bodilessCommands,
  bodyPartPreference,
  bodyPreference,
  classShapes,
  cleanText,
  commandShapes,
  decode,
  documentProperties,
  documentQuery,
  easProvisionDoc,
  element,
  encodeToBuffer,
  fileProperties,
  formatCompactDateTime,
  formatDateTime,
  galProperties,
  location,
  mailboxQuery,
  type Node,
  rank,
  read,
  versions,
  write,
} from '../../protocol/index.ts';

const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map(cleanText);
const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value));
const moment = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });

const ofLeaf: Record<string, fc.Arbitrary<unknown>> = {
  text,
  int: fc.maxSafeInteger(),
  unsignedByte: fc.nat(255),
  intOrEmpty: fc.oneof(fc.nat(), fc.constant('')),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  boolean: fc.boolean(),
  opaque: bytes,
  mime: bytes,
  // Bytes that are no text: others come back as text, which is the same document.
  textOrBytes: fc.oneof(
    text,
    bytes.map((value) => Buffer.concat([value, Buffer.from([0xff])])),
  ),
  dateTime: fc.oneof(
    fc.constant(''),
    moment.map((date) => formatDateTime(date.getTime())),
  ),
  compactDateTime: fc.oneof(
    fc.constant(''),
    moment.map((date) => formatCompactDateTime(date.getTime())),
  ),
};

/** Values of a schema as they are read; with no version: with the children of all versions. */
function valuesOf(node: Node, version: number | undefined): fc.Arbitrary<unknown> {
  const { content, tag } = node;
  switch (content.kind) {
    case 'leaf': {
      const values = ofLeaf[content.leaf.type];
      assert.ok(values, `no arbitrary for ${content.leaf.type}`);
      return values;
    }
    case 'raw':
      return fc.oneof(
        text.map((value) => element(tag, value)),
        fc.array(text, { maxLength: 3 }).map((list) =>
          element(
            tag,
            list.map((each) => element(0x0206, each)),
          ),
        ),
      );
    case 'mixed':
      return fc.array(
        fc.oneof(
          ...[...content.byKey].map(([key, each]) => valuesOf(each, version).map((value) => ({ [key]: value }))),
        ),
        { maxLength: 4 },
      );
    case 'container': {
      const fields: Record<string, fc.Arbitrary<unknown>> = {};
      const required: string[] = [];
      for (const { key, occurs, node: of, first, last } of content.children) {
        const exists = version === undefined || (version >= first && version <= last);
        if (!exists && (occurs === 'one' || occurs === 'optional')) continue;
        if (occurs !== 'optional') required.push(key);
        if (occurs === 'flag') fields[key] = exists ? fc.boolean() : fc.constant(false);
        else if (occurs === 'many') fields[key] = fc.array(valuesOf(of, version), { maxLength: exists ? 3 : 0 });
        else fields[key] = valuesOf(of, version);
      }
      return fc.record(fields, { requiredKeys: required }).map((value) => ({ ...value }));
    }
    default:
      return content satisfies never;
  }
}

const schemas: [string, Node][] = [
  ...Object.entries(commandShapes).flatMap(([name, shape]): [string, Node][] => [
    [`${name} request`, shape.request],
    [`${name} response`, shape.response],
  ]),
  ...Object.entries(classShapes).map(([name, { schema }]): [string, Node] => [name, schema]),
  ['GetHierarchy response', bodilessCommands.GetHierarchy.response],
  ['location', location],
  ['bodyPreference', bodyPreference],
  ['bodyPartPreference', bodyPartPreference],
  ['easProvisionDoc', easProvisionDoc],
  ['fileProperties', fileProperties],
  ['galProperties', galProperties],
  ['documentProperties', documentProperties],
  ['mailboxQuery', mailboxQuery],
  ['documentQuery', documentQuery],
];

for (const [name, schema] of schemas) {
  test(`${name}: what is written is read (seed ${seed})`, () => {
    for (const version of versions) {
      fc.assert(
        fc.property(valuesOf(schema, rank(version)), (value) => {
          const document = decode(encodeToBuffer(write(schema, value, { version })));
          const result = read(schema, document.root, { version });
          assert.deepEqual(result.value, value);
          assert.deepEqual(result.unknown, []);
        }),
        { seed, numRuns: 20 },
      );
    }
  });

  test(`${name}: no version is sent what it does not have (seed ${seed})`, () => {
    for (const version of versions) {
      fc.assert(
        fc.property(valuesOf(schema, undefined), (value) => {
          assert.deepEqual(read(schema, write(schema, value, { version }), { version }).unknown, []);
        }),
        { seed, numRuns: 10 },
      );
    }
  });
}
