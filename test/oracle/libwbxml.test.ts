import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import {
  commandShapes,
  decode,
  type Element,
  element,
  encodeToBuffer,
  type Node,
  pages,
  tagOf,
} from '../../protocol/index.ts';
import { examples } from './examples.ts';
import { otherNames, unknownTags } from './libwbxml-names.ts';
import { absent, convert, temporaryFolder } from './tools.ts';
import { written } from './values.ts';
import { plainXml } from './xml.ts';

const skip = absent('wbxml2xml', 'xml2wbxml');
const seed = Number(process.env.EASEL_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());

const fixtures = join(process.cwd(), 'fixtures', 'wbxml');
const bodies: [string, Buffer][] = readdirSync(fixtures)
  .filter((name) => name.endsWith('.hex'))
  .map((name) => [name, Buffer.from(readFileSync(join(fixtures, name), 'utf8').replace(/#.*$|\s/gm, ''), 'hex')]);

const isUnknown = (code: number): boolean => {
  const tag = tagOf(code);
  if (tag === undefined) return true;
  return unknownTags.some((each) => each.namespace === tag.namespace && (each.names?.includes(tag.name) ?? true));
};

/** Name and namespace as libwbxml says them. */
function nameOf(code: number): string {
  const { name, namespace } = tagOf(code)!;
  return otherNames[namespace]?.[name] ?? name;
}
const namespaceOf = (code: number): string => `${pages.pages[code >> 8]!.namespace.replace('GAL', 'Gal')}:`;

/** `[namespace, name, text, children]`: what both can say. Line ends are those of XML, bytes are base64. */
type Plain = readonly [string, string, string, readonly Plain[]];

function plainOf({ tag, value, children }: Element): Plain {
  const text = value === undefined ? '' : typeof value === 'string' ? value : Buffer.from(value).toString('base64');
  return [namespaceOf(tag), nameOf(tag), text.replace(/\r\n?/g, '\n'), children.map(plainOf)];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  htmlEntities: true,
});

type Parsed = { readonly [name: string]: Parsed[] | string };

function plainOfXml(xml: string): Plain {
  const [root] = (parser.parse(xml.replace(/<!DOCTYPE[^>]*>/, '')) as Parsed[]).filter((each) => !('#text' in each));
  return plainOfParsed(root!, '');
}

function plainOfParsed(node: Parsed, outer: string): Plain {
  const name = Object.keys(node).find((key) => key !== ':@')!;
  const attributes = node[':@'] as unknown as { readonly xmlns?: string } | undefined;
  const namespace = attributes?.xmlns ?? outer;
  const content = node[name] as readonly Parsed[];
  const text = content.map((each) => (typeof each['#text'] === 'string' ? each['#text'] : '')).join('');
  return [
    namespace,
    name,
    text,
    content.filter((each) => !('#text' in each)).map((each) => plainOfParsed(each, namespace)),
  ];
}

function toXml(body: Uint8Array): string {
  const output = folder.file('body.xml');
  const words = ['-l', 'ACTIVESYNC', '-m', '0', '-k', '-o', output, folder.file('body.wbxml', body)];
  return convert('wbxml2xml', words, output).toString('utf8');
}

const head =
  '<?xml version="1.0"?><!DOCTYPE ActiveSync PUBLIC "-//MICROSOFT//DTD ActiveSync//EN" "http://www.microsoft.com/">';

function fromXml(root: Element): Buffer {
  const dialect = { namespace: (name: string) => `${name.replace('GAL', 'Gal')}:`, rename: nameOf };
  const output = folder.file('back.wbxml');
  return convert('xml2wbxml', ['-k', '-o', output, folder.file('back.xml', head + plainXml(root, dialect))], output);
}

function everyTag(root: Element): number[] {
  return [root.tag, ...root.children.flatMap(everyTag)];
}

test('every tag has the name that libwbxml gives it, or stands in the list of other names', { skip }, () => {
  for (const page of pages.pages) {
    const xml = toXml(
      encodeToBuffer(
        element(
          page.tags[0]!,
          page.tags.map((tag) => element(tag)),
        ),
      ),
    );
    const theirs = [...xml.matchAll(/<([\w-]+)[^<>]*\/>/g)].map((match) => match[1]);
    const ours = page.tags.map((tag) => (isUnknown(tag.code) ? 'unknown' : nameOf(tag.code)));
    assert.deepEqual(theirs, ours, page.namespace);
  }
});

/** Fixtures that libwbxml cannot say. */
const beyond: Readonly<Record<string, string>> = {
  'read-unknown.hex': 'tags that no page has',
  'read-joined-bytes.hex': 'a value in pieces becomes several texts',
  'read-entity.hex': 'an entity above U+FFFF becomes broken UTF-8',
  'sync-draft-bytes.hex': 'inline text that is not UTF-8 goes into the XML as it is',
};

for (const [name, body] of bodies) {
  const { root } = decode(body);
  const because = beyond[name] ?? false;
  test(`fixture ${name} is the same to libwbxml`, { skip: skip || because }, () => {
    assert.deepEqual(plainOfXml(toXml(body)), plainOf(root));
    assert.deepEqual(plainOf(decode(fromXml(root)).root), plainOf(root));
  });
}

for (const [name, answer] of Object.entries(examples)) {
  const because = name === 'Find' && 'libwbxml does not know the page';
  test(`the example of ${name} is the same to libwbxml, both ways`, { skip: skip || because }, () => {
    for (const version of ['14.1', '16.1'] as const) {
      const root = answer(version);
      assert.deepEqual(plainOfXml(toXml(encodeToBuffer(root))), plainOf(root));
      assert.deepEqual(plainOf(decode(fromXml(root)).root), plainOf(root));
    }
  });
}

for (const [name, shape] of Object.entries(commandShapes) as [string, { request: Node; response: Node }][]) {
  test(`${name}: any request and answer is the same to libwbxml (seed ${seed})`, { skip }, () => {
    for (const node of [shape.request, shape.response]) {
      for (const root of fc.sample(written(node, '16.1', 'any'), { numRuns: process.env.EASEL_LONG ? 100 : 4, seed })) {
        if (everyTag(root).some(isUnknown)) continue;
        assert.deepEqual(plainOfXml(toXml(encodeToBuffer(root))), plainOf(root));
      }
    }
  });
}
