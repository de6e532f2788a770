import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type CommandShape,
  child,
  classShapes,
  commandShapes,
  decode,
  documentProperties,
  type Element,
  encodeToBuffer,
  formatXml,
  galProperties,
  mailboxQuery,
  type Node,
  pages,
  parseXml,
  rank,
  read,
  retagged,
  SchemaError,
  tagOf,
  textOf,
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

/** Answers of Exchange, and of the documents' examples, that no version writes. */
const answerExceptions: Readonly<Record<string, string>> = {
  'ms-ascmd-examples/activesync-ms-ascmd-002.xml.derived.wbxml': 'an outline: Status inside a Set that no answer has',
  'ms-ascmd-examples/activesync-ms-ascmd-006.xml.derived.wbxml': 'an outline: commands without content',
  'ms-ascmd-examples/activesync-ms-ascmd-068.xml.derived.wbxml': 'an outline: a Recipient without content',
  'ms-ascmd-examples/activesync-ms-ascmd-083.xml.derived.wbxml': 'an outline: Status inside a Set that no answer has',
  'ms-ascmd-examples/activesync-ms-ascmd-101.xml.derived.wbxml': 'a Status under Response, where no schema has one',
  'wbxml-stream/activesync-005.wbxml': 'an acknowledgment, which is a request',
};

/** Items that no version writes. */
const itemExceptions: Readonly<Record<string, string>> = {
  'syncroton/EncoderTests-_xmlContactBirthdayWithoutTimeAndroid.xml.derived.wbxml':
    'a test input: ConversationId of mail in a contact',
};

interface Row {
  readonly client: string;
  readonly direction: string;
  /** `16.1`, a range like `2.5-14.1` or `12.x-14.x`, or nothing. */
  readonly eas: string;
  readonly format: string;
}

function index(): Map<string, Row> {
  const rows = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').split('\n').slice(1);
  return new Map(
    rows.map((row) => {
      const [name = '', , , client = '', eas = '', , direction = '', format = ''] = row.split('\t');
      return [name, { client, direction, eas, format }];
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
    const query = shape === commandShapes.Search ? queryOf(root) : undefined;
    const found = [
      ...strange(shape.request, root, row.eas),
      ...(query === undefined ? [] : strange(mailboxQuery, query, row.eas)),
    ];
    if (found.length > 0) differences[name] = found;
  }
  assert.ok(count > 250, `${count} requests`);
  assert.deepEqual(
    Object.keys(differences).sort(),
    Object.keys(exceptions).sort(),
    JSON.stringify(differences, null, 1),
  );
});

test('every answer of Exchange in the traces is read by its schema, with nothing unknown', { skip: absent }, () => {
  const about = index();
  const differences: Record<string, readonly string[]> = {};
  let count = 0;
  for (const name of files) {
    const row = about.get(name) ?? about.get(name.replace(/\.derived\.wbxml$/, ''));
    if (row?.direction !== 'response' || !/Exchange|Outlook\.com|MS-AS/.test(row.client)) continue;
    const root = decoded(name);
    const shape = root && shapes.get(tagOf(root.tag)?.name ?? '');
    if (root === undefined || shape === undefined) continue;
    count += 1;
    const found = strange(shape.response, root, row.eas);
    if (found.length > 0) differences[name] = found;
  }
  assert.ok(count > 20, `${count} answers`);
  assert.deepEqual(
    Object.keys(differences).sort(),
    Object.keys(answerExceptions).sort(),
    JSON.stringify(differences, null, 1),
  );
});

test('every item in the traces is read by its class, with nothing unknown', { skip: absent }, () => {
  const about = index();
  const differences: Record<string, readonly string[]> = {};
  const counts = new Map<string, number>();
  for (const name of files) {
    const root = decoded(name);
    const row = about.get(name) ?? about.get(name.replace(/\.derived\.wbxml$/, ''));
    for (const data of root === undefined ? [] : itemsOf(root)) {
      const kind = classOf(data);
      if (kind === undefined) continue;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const found = strange(itemSchemas[kind]!, retagged(data, itemSchemas[kind]!.tag), row?.eas ?? '');
      if (found.length > 0) differences[name] = found;
    }
  }
  for (const kind of ['Email', 'Calendar', 'Contacts', 'Tasks', 'GAL']) assert.ok((counts.get(kind) ?? 0) > 0, kind);
  assert.deepEqual(
    Object.keys(differences).sort(),
    Object.keys(itemExceptions).sort(),
    JSON.stringify(differences, null, 1),
  );
});

const itemSchemas: Readonly<Record<string, Node>> = {
  ...Object.fromEntries(Object.entries(classShapes).map(([name, { schema }]) => [name, schema])),
  GAL: galProperties,
  DocumentLibrary: documentProperties,
};

/** Which page tells the class of an item: a flag of a mail has something of tasks, so that mail is asked first. */
const telling: readonly [page: number, kind: string][] = [
  [pages.email.To.code >> 8, 'Email'],
  [pages.calendar.UID.code >> 8, 'Calendar'],
  [pages.contacts.FileAs.code >> 8, 'Contacts'],
  [pages.contacts2.NickName.code >> 8, 'Contacts'],
  [pages.tasks.Complete.code >> 8, 'Tasks'],
  [pages.notes.Subject.code >> 8, 'Notes'],
  [pages.gal.Alias.code >> 8, 'GAL'],
  [pages.documentLibrary.LinkId.code >> 8, 'DocumentLibrary'],
];

function classOf(data: Element): string | undefined {
  return telling.find(([page]) => data.children.some((each) => each.tag >> 8 === page))?.[1];
}

/** The query of a Search in the mailbox. */
function queryOf(root: Element): Element | undefined {
  const store = child(root, pages.search.Store);
  const name = store && child(store, pages.search.Name);
  return name !== undefined && textOf(name) === 'Mailbox' ? child(store!, pages.search.Query) : undefined;
}

const items = new Set([
  pages.airSync.ApplicationData.code,
  pages.search.Properties.code,
  pages.itemOperations.Properties.code,
]);

function itemsOf(source: Element): Element[] {
  return items.has(source.tag) ? [source] : source.children.flatMap(itemsOf);
}
