import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import {
  classShapes,
  commandShapes,
  type Element,
  element,
  type Node,
  rank,
  sync,
  tagName,
  tagOf,
  type Version,
  write,
} from '../../protocol/index.ts';
import { examples } from './examples.ts';
import { exceptions } from './exceptions.ts';
import { absent, temporaryFolder } from './tools.ts';
import { written } from './values.ts';
import { wire } from './wire-xsd.ts';
import { plainXml } from './xml.ts';

const reference = join(process.env.EASEL_REFERENCE ?? join(process.cwd(), '..', 'shared', 'reference'), 'xsd');
const skip = absent('xmllint') || (!existsSync(reference) && 'the schemas (EASEL_REFERENCE) are absent');
const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const versions: readonly Version[] = ['14.0', '14.1', '16.0', '16.1'];
const samples = process.env.EASEL_LONG ? 300 : 20;

const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());
if (!skip) wire(reference, folder.path);

/**
 * What a schema leaves to choose and the shapes do not say, since it is a matter of handlers: by the container's name, which
 * of its children an answer has.
 */
const choices: Readonly<Record<string, (children: readonly Element[]) => readonly Element[]>> = {
  // Limit answers a Wait out of bounds, and nothing else.
  'AirSync:Sync': (children) => (has(children, 'Limit') ? without(children, 'Collections') : children),
  // Of a note nothing is left by the exceptions.
  'AirSync:Fetch': (children) => filled(children),
  'AirSync:Add': (children) => filled(children),
  // What clients alone say.
  'AirSync:ApplicationData': (children) => without(children, 'ClientUid'),
  'AirSyncBase:Attachments': (children) => without(children, 'Add', 'Delete'),
  'AirSyncBase:Attachment': (children) => without(children, 'ClientId'),
  'AirSyncBase:Body': (children) => (has(children, 'Data') ? without(children, 'Part') : children),
  // One in an answer; phones read the first.
  'Email:Recurrences': (children) => children.slice(0, 1),
};

const has = (children: readonly Element[], name: string): boolean =>
  children.some((each) => tagName(each.tag) === name);
const without = (children: readonly Element[], ...names: readonly string[]): readonly Element[] =>
  children.filter((each) => !names.includes(tagName(each.tag)));

const filled = (children: readonly Element[]): readonly Element[] =>
  children.filter((each) => tagName(each.tag) !== 'ApplicationData' || each.children.length > 0);

const leftOut = exceptions.flatMap((each) => each.leftOut ?? []);

/** The document as an answer that the schemas know: choices made, exceptions left out. */
function asAnswered(source: Element, path = ''): Element {
  const tag = tagOf(source.tag)!;
  const here = path === '' ? tag.name : `${path}/${tag.name}`;
  const kept = source.children.filter((each) => {
    const { name, namespace } = tagOf(each.tag)!;
    return !leftOut.some((end) => `${here}/${name}`.endsWith(end) || `${here}/${namespace}:*`.endsWith(end));
  });
  const answered = kept.map((each) => asAnswered(each, here));
  return { ...source, children: choices[`${tag.namespace}:${tag.name}`]?.(answered) ?? answered };
}

/** What a schema says against each document; '' for a valid one. */
function complaints(schema: string, documents: readonly Element[]): string[] {
  const files = documents.map((each, index) => folder.file(`${index}.xml`, plainXml(each)));
  const words = ['--noout', '--schema', folder.file(schema), ...files];
  const { stderr } = spawnSync('xmllint', words, { encoding: 'utf8', maxBuffer: 1 << 28 });
  // It also warns of every namespace that is no absolute URI: all of them.
  const lines = stderr.split('\n').filter((line) => !line.includes('namespace warning'));
  return files.map((file) => {
    if (lines.includes(`${file} validates`)) return '';
    const about = lines.filter((line) => line.startsWith(file)).map((line) => line.slice(file.length));
    return about.join('\n') || stderr;
  });
}

function assertValid(schema: string, documents: readonly Element[]): void {
  for (const [index, complaint] of complaints(schema, documents).entries()) {
    assert.ok(complaint === '', `${complaint}\n${plainXml(documents[index]!).slice(0, 2000)}`);
  }
}

function sampled(node: Node, version: Version, wrap: (each: Element) => Element = (each) => each): Element[] {
  const full = fc.sample(written(node, version, 'full'), { numRuns: 3, seed });
  const any = fc.sample(written(node, version, 'any'), { numRuns: samples, seed });
  return [...full, ...any].map(wrap).map((each) => asAnswered(each));
}

for (const [name, { response, since }] of Object.entries(commandShapes) as [
  string,
  { response: Node; since: Version },
][]) {
  for (const version of versions.filter((each) => rank(each) >= rank(since))) {
    test(`answers of ${name} at ${version} are valid (seed ${seed})`, { skip }, () => {
      assertValid(`${name}Response.xsd`, sampled(response, version));
    });
  }
}

for (const [name, { schema, since }] of Object.entries(classShapes) as [string, { schema: Node; since: Version }][]) {
  for (const version of versions.filter((each) => rank(each) >= rank(since))) {
    test(`items of class ${name} at ${version} are valid (seed ${seed})`, { skip }, () => {
      const wrap = (ApplicationData: Element): Element => {
        const Collection = [
          { SyncKey: '2', CollectionId: '5', Status: 1, Commands: [{ Add: { ServerId: '5:1', ApplicationData } }] },
        ];
        return write(sync.response, { Collections: { Collection } }, { version });
      };
      assertValid('SyncResponse.xsd', sampled(schema, version, wrap));
    });
  }
}

test('every command has an example, and it is valid', { skip }, () => {
  assert.deepEqual(Object.keys(examples).sort(), Object.keys(commandShapes).sort());
  for (const [name, answer] of Object.entries(examples)) {
    assertValid(`${name}Response.xsd`, [answer('14.1'), answer('16.1')]);
  }
});

for (const { what, why, command, answer, complaint } of exceptions) {
  test(`right, and refused: ${what}; ${why}`, { skip }, () => {
    const [said] = complaints(`${command}Response.xsd`, [answer]);
    assert.ok(said!.includes(`Element '${complaint}'`), said || 'the schema takes it: the row is not needed');
  });
}

test('a wrong order is noticed', { skip }, () => {
  const answer = examples.Provision!('16.1');
  const turned = element(answer.tag, [...answer.children].reverse());
  assert.notEqual(complaints('ProvisionResponse.xsd', [turned])[0], '');
});
