// The request bodies of the traces, read in place, through the endpoint: each alone on a new device, and whole sessions in
// their order with their keys and folders put in place of the other server's. Nothing may be refused as malformed or
// broken; what is refused for another reason stands here as data.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  type CommandName,
  commandShapes,
  decode,
  type Element,
  encodeToBuffer,
  isVersion,
  pages,
  rank,
  tagOf,
  type Version,
  WbxmlError,
} from '../../protocol/index.ts';
import { commands } from '../../src/commands/index.ts';
import { faultOf, schemaStatusOf } from '../../src/commands/status.ts';
import type { EasResponse } from '../../src/endpoint/types.ts';
import { openHouse, type Phone, rootOf } from '../support/endpoint.ts';

const folder = process.env.EASEL_TRACES ?? join(process.cwd(), '..', 'shared', 'traces');
const skip = existsSync(join(folder, 'INDEX.tsv')) ? false : 'the traces folder (EASEL_TRACES) is absent';

interface Body {
  readonly name: string;
  readonly command: CommandName;
  readonly version: Version;
  readonly bytes: Buffer;
}

/** Both ends of what the index says: `12.1-14.1`, `14.x`. */
function versionsOf(eas: string): Version[] {
  const said = eas.match(/\d+\.[\dx]/g)?.map((text) => text.replace('12.x', '12.1').replace('14.x', '14.1')) ?? [];
  const known = [...new Set(said)].filter(isVersion);
  return known.length > 0 ? known : ['14.1'];
}

/** Whether the command has a WBXML body in that version. */
function hasBody(command: string, version: Version): boolean {
  const { since } = commandShapes[command as keyof typeof commandShapes];
  return rank(version) >= rank(since);
}

/** The requests with a WBXML body of commands that are served. */
function bodies(): Body[] {
  const rows = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').split('\n').slice(1);
  return rows.flatMap((row): Body[] => {
    const [name = '', , , , eas = '', command = '', direction] = row.split('\t');
    if (direction !== 'request' || !commands.has(command)) return [];
    const file = [name, `${name}.derived.wbxml`].find(
      (path) => path.endsWith('.wbxml') && existsSync(join(folder, path)),
    );
    if (file === undefined) return [];
    const bytes = readFileSync(join(folder, file));
    const served = versionsOf(eas).filter((version) => hasBody(command, version));
    return served.map((version) => ({ name: file, command: command as CommandName, version, bytes }));
  });
}

/** Every Status of an answer, with what it stands in. */
function statuses(root: Element | undefined): string[] {
  if (!root) return [];
  const own = root.children
    .filter(({ tag }) => tagOf(tag)?.name === 'Status')
    .map(({ value }) => `${tagOf(root.tag)?.name} ${value}`);
  return [...own, ...root.children.flatMap(statuses)];
}

const malformed = new Set(['101', '102', '103', '104', '110', '111']);
function complain({ command }: Body, response: EasResponse): string[] {
  if (response.status !== 200) return [`HTTP ${response.status}`];
  const root = rootOf(response);
  const found = statuses(root);
  const protocolError = schemaStatusOf(command, [command, '']);
  const wrong = new Set([faultOf(command), protocolError].map((status) => `${command} ${status}`));
  if (command === 'Search') wrong.add(`Store ${protocolError}`);
  return found.filter((one) => wrong.has(one) || malformed.has(one.split(' ')[1]!));
}

const changesAtKey0 = 'GetChanges with SyncKey 0, which MS-ASCMD_R3128 refuses';

/** Bodies that are refused, and why that is right. */
const refused: Readonly<Record<string, string>> = {
  'libwbxml/activesync-003-settings_device_password.xml.derived.wbxml':
    'an encoder sample: DevicePassword holds device information instead of Password',
  'syncroton/FolderUpdateTests-testInvalidSyncKey.xml.derived.wbxml': 'it names no folder',
  'ms-ascmd-examples/activesync-ms-ascmd-065.xml.derived.wbxml':
    'its InstanceId has the compact form, which MS-ASCMD_R3195 refuses: 104',
  'ms-ascmd-examples/activesync-ms-ascmd-100.xml.derived.wbxml':
    'a Move of a conversation, which is of 14.0, and it says 12.1',
  'syncroton/SyncTests-testSyncOfContacts-2.xml.derived.wbxml': changesAtKey0,
  'syncroton/SyncTests-testSyncWithPartialElement-2.xml.derived.wbxml': 'Partial, which 2.5 does not have, alone',
  'tine20/PingTests-testPingForContacts-2.xml.derived.wbxml': changesAtKey0,
  'tine20/PingTests-testPingForEmails-2.xml.derived.wbxml': changesAtKey0,
  'tine20/SyncTests-_requestInitialSynckey.xml.derived.wbxml': changesAtKey0,
};

describe('requests of real devices', { skip }, async () => {
  if (skip) return;
  const house = await openHouse({ after }, { env: { EASEL_MAX_DEVICES: '1000' } });
  const all = bodies();
  const hungUp = AbortSignal.abort();

  test('each alone, on a device that the server has never seen', async () => {
    assert.ok(all.length > 200, `${all.length} bodies`);
    const phone = await house.phone();
    const found: Record<string, string[]> = {};
    for (const [i, body] of all.entries()) {
      const one = phone.another(body.version, `trace${i}`);
      const wrong = complain(body, await one.send(body.command, { body: body.bytes, closed: hungUp }));
      if (wrong.length > 0) found[body.name] = [...(found[body.name] ?? []), ...wrong, body.version];
    }
    assert.deepEqual(Object.keys(found).sort(), Object.keys(refused).sort(), JSON.stringify(found, null, 1));
  });

  test('whole sessions, with the keys and folders of this server', async () => {
    const sessions = new Map<string, Replay>();
    const found: Record<string, string[]> = {};
    for (const body of all.filter(({ name, version }) => name.startsWith('syncgw/') && rank(version) >= rank('14.0'))) {
      const session = body.name.split('/')[1]!;
      const replay = sessions.get(session) ?? new Replay(await house.phone({ version: body.version }));
      sessions.set(session, replay);
      const wrong = await replay.send(body, hungUp);
      if (wrong.length > 0) found[body.name] = wrong;
    }
    assert.ok(sessions.size > 25, `${sessions.size} sessions`);
    assert.deepEqual(found, {});
  });
});

/** Their folders as the folders of a new account of ours. */
const folders: Readonly<Record<string, string>> = { A1: '9', C1: '8', M1: '3', M7: '2', N1: '10', T1: '7' };
/** What is refused by itself in a session, and why that is right. */
const notServed: Readonly<Record<string, string>> = {
  'Change 8': 'an item that only the other server had',
  'Fetch 15': 'a file that only the other server had',
  'Response 4': 'a person whom only the other server knew',
  'Oof 3': 'automatic replies are not offered',
  'RightsManagementInformation 168': 'rights management is not offered',
};

class Replay {
  readonly #phone: Phone;
  readonly #keys = new Map<string, string>();
  #policyKey = '0';

  constructor(phone: Phone) {
    this.#phone = phone;
  }

  async send(body: Body, closed: AbortSignal): Promise<string[]> {
    const root = await this.#ours(decoded(body.bytes));
    const response = await this.#phone.send(body.command, { body: encodeToBuffer(root), closed });
    const answer = rootOf(response);
    if (answer) this.#learn(answer);
    return statuses(answer).filter((one) => !one.endsWith(' 1') && !(one in notServed));
  }

  /** The request with this server's folders and keys; collections that it has no key of are primed. */
  async #ours(source: Element): Promise<Element> {
    const children: Element[] = [];
    for (const child of source.children) children.push(await this.#ours(child));
    const self = { ...source, children };
    switch (source.tag) {
      case pages.airSync.CollectionId.code:
      case pages.getItemEstimate.CollectionId.code:
      case pages.ping.Id.code:
        return { ...self, value: this.#folder(String(source.value)) };
      case pages.provision.PolicyKey.code:
        return { ...self, value: this.#policyKey };
      case pages.folderHierarchy.SyncKey.code:
        return source.value === '0' ? self : { ...self, value: await this.#key('folders') };
      case pages.airSync.Collection.code:
      case pages.getItemEstimate.Collection.code:
        return { ...self, children: await this.#withKey(children) };
      default:
        return self;
    }
  }

  #folder(id: string): string {
    return folders[id] ?? id;
  }

  async #withKey(children: readonly Element[]): Promise<Element[]> {
    const ids = [pages.airSync.CollectionId.code, pages.getItemEstimate.CollectionId.code];
    const id = children.find(({ tag }) => ids.includes(tag))?.value;
    const result: Element[] = [];
    for (const child of children) {
      const named = child.tag === pages.airSync.SyncKey.code && child.value !== '0';
      result.push(named ? { ...child, value: await this.#key(String(id)) } : child);
    }
    return result;
  }

  async #key(of: string): Promise<string> {
    const known = this.#keys.get(of);
    if (known !== undefined) return known;
    if (of === 'folders') return (await this.#phone.ask('FolderSync', { SyncKey: '0' })).SyncKey!;
    const answer = await this.#phone.ask('Sync', { Collections: { Collection: [{ SyncKey: '0', CollectionId: of }] } });
    return answer.Collections!.Collection[0]!.SyncKey;
  }

  #learn(answer: Element): void {
    const { airSync, folderHierarchy, provision } = pages;
    for (const one of answer.children) this.#learn(one);
    const text = (tag: { code: number }): string | undefined =>
      answer.children.find((child) => child.tag === tag.code)?.value as string | undefined;
    const id = answer.tag === airSync.Collection.code ? text(airSync.CollectionId) : undefined;
    const key = id === undefined ? text(folderHierarchy.SyncKey) : text(airSync.SyncKey);
    if (key !== undefined) this.#keys.set(id ?? 'folders', key);
    const policyKey = text(provision.PolicyKey);
    if (policyKey !== undefined) this.#policyKey = policyKey;
  }
}

function decoded(bytes: Buffer): Element {
  try {
    return decode(bytes).root;
  } catch (error) {
    if (error instanceof WbxmlError) assert.fail(error.message);
    throw error;
  }
}
