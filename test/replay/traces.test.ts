import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type CommandShape,
  commandShapes,
  decode,
  type Element,
  email,
  encodeToBuffer,
  formatXml,
  type Node,
  pages,
  parseXml,
  rank,
  read,
  SchemaError,
  tagOf,
  type Version,
  versions,
  WbxmlError,
} from '../../protocol/index.ts';

const folder = process.env.EASEL_TRACES ?? join(process.cwd(), '..', 'shared', 'traces');
const absent = existsSync(join(folder, 'INDEX.tsv')) ? false : 'the traces folder (EASEL_TRACES) is absent';
const files = absent
  ? []
  : (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.wbxml')).sort();

const shapes = new Map<string, CommandShape>(Object.entries(commandShapes));

/** Bodies that no version writes: test inputs of other servers. */
const exceptions: Readonly<Record<string, string>> = {
  'libwbxml/activesync-002-settings_user_information.xml.derived.wbxml':
    'an encoder sample: UserInformation has no Set in any version',
  'libwbxml/activesync-003-settings_device_password.xml.derived.wbxml':
    'an encoder sample: DevicePassword holds device information instead of Password',
  'syncroton/FolderUpdateTests-testInvalidSyncKey.xml.derived.wbxml': 'a test input: no ServerId, and a Type',
  'syncroton/FolderUpdateTests-testUpdateInvalidFolder.xml.derived.wbxml': 'a test input: FolderUpdate has no Type',
  'syncroton/GetItemEstimateTests-testGetItemEstimateWithInvalidFolder.xml.derived.wbxml':
    'a test input: Class of 12.1 beside Options of 14.0',
  'syncroton/GetItemEstimateTests-testGetItemEstimateWithSynckey2-4.xml.derived.wbxml':
    'a test input: Class of 12.1 beside Options of 14.0',
  'syncroton/SyncTests-testSyncOfContacts-5.xml.derived.wbxml':
    'a test input: Class of 12.1 beside HeartbeatInterval of 14.0',
  'syncroton/SyncTests-testSyncWithInvalidCollectiondId.xml.derived.wbxml':
    'a test input: Class of 12.1 beside HeartbeatInterval of 14.0',
  'syncroton/ServerTests-testServer.xml.derived.wbxml': 'a test input: BodyPreference of 12.0 in a 2.5 request',
};

interface Row {
  readonly direction: string;
  /** `16.1`, a range like `2.5-14.1` or `12.x-14.x`, or nothing. */
  readonly eas: string;
  readonly format: string;
}

function index(): Map<string, Row> {
  const rows = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').split('\n').slice(1);
  return new Map(
    rows.map((row) => {
      const [name = '', , , , eas = '', , direction = '', format = ''] = row.split('\t');
      return [name, { direction, eas, format }];
    }),
  );
}

function versionsOf(eas: string): readonly Version[] {
  const named = versions.filter((version) =>
    eas.split('-').some((part) => part === version || part === `${version.split('.')[0]}.x`),
  );
  if (named.length === 0) return versions;
  return versions.slice(rank(named[0]!), rank(named.at(-1)!) + 1);
}

/** What is strange about an element in the version where it is least strange. */
function strange(schema: Node, root: Element, eas: string): readonly string[] {
  const results = versionsOf(eas).map((version) => {
    try {
      return read(schema, root, { version }).unknown;
    } catch (error) {
      if (error instanceof SchemaError) return [error.message];
      throw error;
    }
  });
  return results.sort((a, b) => a.length - b.length)[0]!;
}

function decoded(name: string): Element | undefined {
  try {
    return decode(readFileSync(join(folder, name))).root;
  } catch (error) {
    if (error instanceof WbxmlError) return undefined;
    throw error;
  }
}

test('every document of the traces is decoded and encoded to the same tree', { skip: absent }, () => {
  const about = index();
  const whole = files.filter((name) => about.get(name)?.format !== 'wbxml-fragment');
  assert.ok(whole.length > 400);
  for (const name of whole) {
    const root = decoded(name);
    assert.ok(root !== undefined, `${name} is refused`);
    assert.deepEqual(decode(encodeToBuffer(root)).root, root, name);
    assert.deepEqual(parseXml(formatXml(root)), root, name);
  }
});

test('every request of the traces is read by its schema, with nothing unknown', { skip: absent }, () => {
  const about = index();
  const differences: Record<string, readonly string[]> = {};
  let count = 0;
  for (const name of files) {
    const row = about.get(name) ?? about.get(name.replace(/\.derived\.wbxml$/, ''));
    const root = row?.direction === 'request' ? decoded(name) : undefined;
    const shape = root && shapes.get(tagOf(root.tag)?.name ?? '');
    if (row === undefined || root === undefined || shape === undefined) continue;
    count += 1;
    const found = strange(shape.request, root, row.eas);
    if (found.length > 0) differences[name] = found;
  }
  assert.ok(count > 250, `${count} requests`);
  assert.deepEqual(
    Object.keys(differences).sort(),
    Object.keys(exceptions).sort(),
    JSON.stringify(differences, null, 1),
  );
});

test('the ApplicationData of every mail in the traces is read as a mail', { skip: absent }, () => {
  const differences: Record<string, readonly string[]> = {};
  let count = 0;
  for (const name of files) {
    const root = decoded(name);
    if (root === undefined) continue;
    for (const data of applicationData(root)) {
      // A mail has something of the Email page; what shares that page with no mail is a task or contact.
      if (!data.children.some((each) => each.tag >> 8 === emailPage)) continue;
      count += 1;
      const found = strange(email, data, '');
      if (found.length > 0) differences[name] = found;
    }
  }
  assert.ok(count > 0);
  assert.deepEqual(differences, {});
});

const emailPage = pages.email.To.code >> 8;

function applicationData(source: Element): Element[] {
  if (source.tag === email.tag.code) return [source];
  return source.children.flatMap(applicationData);
}
